"""The metrics of a run as arrays that grow: every point kept, nothing sampled away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.events.bulk import Floats, Part, Points
from engine.events.schema import Event, MetricsEvent, RunEvent
from engine.events.shards import parse_file
from engine.events.tail import Tail
from engine.events.track import Key, Track


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
        self._tracks: dict[Key, Track] = {}

    def names(self) -> list[Key]:
        """(split, metric) of every series with a point, in the order they first appeared."""
        return [key for key, track in self._tracks.items() if track.length]

    def series(self, split: str, metric: str) -> Series:
        """The points of a metric; empty when there are none."""
        track = self._tracks.get((split, metric))
        if track is None:
            return Series(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))
        end = track.length
        return Series(track.step[:end], track.epoch[:end], track.t[:end], track.values[split, metric][:end])

    def latest(self, split: str, metric: str) -> float | None:
        """The last value of a metric; None when there is no point."""
        track = self._tracks.get((split, metric))
        return float(track.values[split, metric][track.length - 1]) if track and track.length else None

    def add(self, events: Iterable[Event]) -> None:
        """Take in the metrics among `events`, and what a resume makes void."""
        lines: dict[str, list[MetricsEvent]] = {}
        for event in events:
            if isinstance(event, MetricsEvent):
                lines.setdefault(event.split, []).append(event)
            elif isinstance(event, RunEvent):
                self._extend(lines)
                lines = {}
                self._begin_attempt(event)
        self._extend(lines)

    def clear(self) -> None:
        """Forget everything: the file was replaced (`TailBatch.restarted`)."""
        self._tracks.clear()
        self.revision += 1

    def keep_only(self, keys: Iterable[Key]) -> None:
        """Forget every series but these (split, metric)."""
        kept = set(keys)
        for key in self._tracks.keys() - kept:
            self._tracks.pop(key).values.pop(key)
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

    def _extend(self, lines: dict[str, list[MetricsEvent]]) -> None:
        for split, events in lines.items():
            # Lines of the same names, one behind the other: their metrics have steps and times in common.
            for names, alike in groupby(events, key=lambda event: tuple(event.values)):
                if not names:
                    continue
                rows = list(alike)
                self._extend_track(
                    np.array([event.step for event in rows], np.int64),
                    np.array([event.epoch for event in rows], np.float64),
                    np.array([event.t for event in rows], np.float64),
                    {
                        (split, name): np.array(
                            [np.nan if (value := event.values[name]) is None else value for event in rows]
                        )
                        for name in names
                    },
                )

    def _extend_points(self, waiting: list[Points]) -> None:
        rows: dict[Key, list[tuple[Points, int]]] = {}
        for points in waiting:
            for row, name in enumerate(points.names):
                rows.setdefault((points.split, name), []).append((points, row))
        # Metrics that stood on the same lines share their steps and times.
        together: dict[tuple[object, ...], list[Key]] = {}
        for key, found in rows.items():
            mark = tuple((id(points), None if points.present is None else points.present[row].tobytes())
                         for points, row in found)  # fmt: skip
            together.setdefault(mark, []).append(key)
        for keys in together.values():
            found = rows[keys[0]]
            step = np.concatenate([points.step for points, _ in found])
            epoch = np.concatenate([points.epoch for points, _ in found])
            t = np.concatenate([points.t for points, _ in found])
            values = {key: np.concatenate([points.values[row] for points, row in rows[key]]) for key in keys}
            if any(points.present is not None for points, _ in found):
                mask = np.concatenate([points.present_in(row) for points, row in found])
                step, epoch, t = step[mask], epoch[mask], t[mask]
                values = {key: column[mask] for key, column in values.items()}
            if len(step):
                self._extend_track(step, epoch, t, values)

    def _extend_track(self, step: NDArray[np.int64], epoch: Floats, t: Floats, values: dict[Key, Floats]) -> None:
        """Append points of metrics that stood on the same lines."""
        self.revision += len(values)
        tracks = {id(track): track for key in values if (track := self._tracks.get(key)) is not None}
        shared = next(iter(tracks.values())) if len(tracks) == 1 else None
        if not tracks:
            fresh = Track()
            self._tracks |= dict.fromkeys(values, fresh)
            fresh.extend(step, epoch, t, values)
        elif shared is not None and shared.values.keys() == values.keys():
            shared.extend(step, epoch, t, values)
        else:
            # They part: what has had its lines in common with others has not any more.
            for key, column in values.items():
                own = self._tracks.get(key) or Track()
                if len(own.values) > 1:
                    own = own.parted(key)
                self._tracks[key] = own
                own.extend(step, epoch, t, {key: column})

    def _begin_attempt(self, event: RunEvent) -> None:
        for track in {id(track): track for track in self._tracks.values()}.values():
            if event.resumed_step is None:
                track.keep(np.zeros(track.length, np.bool_))
            else:
                track.resume_after(event.resumed_step)
        self.revision += 1


def load_columns(path: Path) -> Columns:
    """All metrics of an events file. A missing file has none; a torn last line is left out."""
    return load_and_follow(path)[0]


def load_and_follow(path: Path) -> tuple[Columns, Tail]:
    """All metrics that are there now, and a tail that goes on behind them."""
    columns, tail = Columns(), Tail(path)
    columns.add_parts(parse_file(path, end=tail.skip_to_end()))
    return columns, tail
