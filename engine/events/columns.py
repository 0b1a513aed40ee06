"""The metrics of a run as arrays that grow: every point kept, nothing sampled away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.events.bulk import Floats, Part, Points
from engine.events.schema import Event, MetricsEvent, RunEvent
from engine.events.shards import parse_file
from engine.events.tail import Tail


@dataclass(frozen=True)
class Series:
    """The points of one metric on one split, in the order they were written.

    The arrays are views into the columns; what they show never changes under their reader.
    """

    step: NDArray[np.int64]
    epoch: Floats
    t: Floats
    value: Floats
    """NaN where the run could not give a number."""

    def __len__(self) -> int:
        return len(self.step)


class Columns:
    """Collects metrics events; gives each (split, metric) as a Series.

    A run that goes on from a checkpoint at step k takes back what it had written past k: those points
    are dropped, and the point at k is replaced when the resumed run writes one there.
    """

    def __init__(self) -> None:
        self.revision = 0
        """Goes up with every change."""
        self._columns: dict[tuple[str, str], _Column] = {}

    def names(self) -> list[tuple[str, str]]:
        """(split, metric) of every series with a point, in the order they first appeared."""
        return [key for key, column in self._columns.items() if column.length]

    def series(self, split: str, metric: str) -> Series:
        """The points of a metric; empty when there are none."""
        return self._columns.get((split, metric), _Column()).series()

    def latest(self, split: str, metric: str) -> float | None:
        """The last value of a metric; None when there is no point."""
        column = self._columns.get((split, metric))
        return float(column.value[column.length - 1]) if column and column.length else None

    def add(self, events: Iterable[Event]) -> None:
        """Take in the metrics among `events`, and what a resume makes void."""
        rows: dict[tuple[str, str], list[tuple[int, float, float, float]]] = {}
        for event in events:
            if isinstance(event, MetricsEvent):
                for metric, value in event.values.items():
                    rows.setdefault((event.split, metric), []).append(
                        (event.step, event.epoch, event.t, np.nan if value is None else value)
                    )
            elif isinstance(event, RunEvent):
                self._extend(rows)
                rows = {}
                self._begin_attempt(event)
        self._extend(rows)

    def clear(self) -> None:
        """Forget everything: the file was replaced (`TailBatch.restarted`)."""
        self._columns.clear()
        self.revision += 1

    def keep_only(self, keys: Iterable[tuple[str, str]]) -> None:
        """Forget every series but these (split, metric)."""
        kept = set(keys)
        self._columns = {key: column for key, column in self._columns.items() if key in kept}
        self.revision += 1

    def add_parts(self, parts: Iterable[Part]) -> None:
        """Take in what a BulkParser made; the same as `add` with the events it stands for."""
        waiting: list[Points] = []
        for part in parts:
            if isinstance(part, Points):
                waiting.append(part)
            else:
                self._extend_points(waiting)
                waiting = []
                self.add([part])
        self._extend_points(waiting)

    def _extend(self, rows: dict[tuple[str, str], list[tuple[int, float, float, float]]]) -> None:
        for key, points in rows.items():
            step, epoch, t, value = zip(*points, strict=True)
            self._columns.setdefault(key, _Column()).extend(
                np.array(step, np.int64), np.array(epoch, np.float64), np.array(t, np.float64), np.array(value)
            )
            self.revision += 1

    def _extend_points(self, waiting: list[Points]) -> None:
        rows: dict[tuple[str, str], list[tuple[Points, int]]] = {}
        for points in waiting:
            for row, name in enumerate(points.names):
                rows.setdefault((points.split, name), []).append((points, row))
        heads: dict[tuple[int, ...], tuple[NDArray[np.int64], Floats, Floats]] = {}
        for key, found in rows.items():
            values = np.concatenate([points.values[row] for points, row in found])
            same = tuple(id(points) for points, _ in found)
            if same not in heads:  # metrics of the same lines share their steps and times
                heads[same] = (
                    np.concatenate([points.step for points, _ in found]),
                    np.concatenate([points.epoch for points, _ in found]),
                    np.concatenate([points.t for points, _ in found]),
                )
            step, epoch, t = heads[same]
            if any(points.present is not None for points, _ in found):
                mask = np.concatenate([points.present_in(row) for points, row in found])
                step, epoch, t, values = step[mask], epoch[mask], t[mask], values[mask]
            if len(step):
                self._columns.setdefault(key, _Column()).extend(step, epoch, t, values)
                self.revision += 1

    def _begin_attempt(self, event: RunEvent) -> None:
        for column in self._columns.values():
            if event.resumed_step is None:
                column.keep(np.zeros(column.length, np.bool_))
            else:
                column.resume_after(event.resumed_step)
        self.revision += 1


class _Column:
    """Arrays that double when they are full. The first `length` points count and are never changed in
    place: what is dropped is dropped by copying the rest, so a Series given out stays as it was."""

    __slots__ = ("epoch", "length", "resumed", "step", "t", "value")

    def __init__(self) -> None:
        self.length = 0
        self.resumed = False
        """The next point replaces those at or past its step."""
        self.step: NDArray[np.int64] = np.empty(0, np.int64)
        self.epoch = self.t = self.value = np.empty(0, np.float64)

    def series(self) -> Series:
        end = self.length
        return Series(self.step[:end], self.epoch[:end], self.t[:end], self.value[:end])

    def extend(
        self,
        step: NDArray[np.int64],
        epoch: Floats,
        t: Floats,
        value: Floats,
    ) -> None:
        """Append points. Whole arrays are taken over, not copied, by an empty column."""
        if self.resumed and len(step):
            self.resumed = False
            self.keep(self.step[: self.length] < step[0])
        end = self.length + len(step)
        if not self.length:
            self.step, self.epoch, self.t, self.value = step, epoch, t, value
        else:
            if end > len(self.step):
                self._grow(max(end, 2 * self.length))
            self.step[self.length : end] = step
            self.epoch[self.length : end] = epoch
            self.t[self.length : end] = t
            self.value[self.length : end] = value
        self.length = end

    def resume_after(self, step: int) -> None:
        self.keep(self.step[: self.length] <= step)
        self.resumed = True

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the points where `mask` is false."""
        if mask.all():
            return
        end = self.length
        self.step, self.epoch = self.step[:end][mask], self.epoch[:end][mask]
        self.t, self.value = self.t[:end][mask], self.value[:end][mask]
        self.length = len(self.step)

    def _grow(self, capacity: int) -> None:
        for name in ("step", "epoch", "t", "value"):
            old = getattr(self, name)
            new = np.empty(capacity, old.dtype)
            new[: self.length] = old[: self.length]
            setattr(self, name, new)


def load_columns(path: Path) -> Columns:
    """All metrics of an events file. A missing file has none; a torn last line is left out."""
    return load_and_follow(path)[0]


def load_and_follow(path: Path) -> tuple[Columns, Tail]:
    """All metrics that are there now, and a tail that goes on behind them."""
    columns, tail = Columns(), Tail(path)
    columns.add_parts(parse_file(path, end=tail.skip_to_end()))
    return columns, tail
