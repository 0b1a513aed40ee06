"""The fast way from a piece of an events file to arrays: what `load_columns` does a million times.

Nearly all lines of a run are metrics with the same names. For each set of names there is a struct whose
decoder takes a line only if it has exactly these; the most frequent one is tried first, and any other line
goes the general way. So the result is that of reading line by line (a property test holds the two
together), at a third of the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.events.schema import MAX_LINE_BYTES, Count, MetricsEvent, RunEvent
from engine.events.tail import parse_line

Floats = NDArray[np.float64]

_MOST_SHAPES = 512
"""Sets of names that get a decoder; a file with more of them is read the general way."""


@dataclass(frozen=True)
class Points:
    """Metrics of one split, in the order of the file."""

    split: str
    names: tuple[str, ...]
    step: NDArray[np.int64]
    epoch: Floats
    t: Floats
    values: Floats
    """A row per name. NaN where the line said null or did not have the name."""
    present: NDArray[np.bool_] | None = None
    """Like `values`: which lines had the name. None: all of them."""

    def present_in(self, row: int) -> NDArray[np.bool_]:
        """Which lines had the name of this row."""
        return np.ones(len(self.step), np.bool_) if self.present is None else self.present[row]


Part = Points | RunEvent | MetricsEvent


class BulkParser:
    """Parses whole lines; learns the sets of names as it goes."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._first: Callable[[bytes], Any] = _refuse
        """Decodes the lines of the most frequent shape."""

    def parse(self, data: bytes) -> tuple[list[Part], int]:
        """The parts of `data` (whole lines) that matter to columns, in order; and how many lines are no event."""
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        if max(map(len, lines), default=0) >= MAX_LINE_BYTES:
            return _general(lines)
        frames: list[Any] = []
        skipped = others = 0
        decode, append = self._first, frames.append
        for line in lines:
            try:
                append(decode(line))
            except (ValueError, RecursionError):
                others += 1
                event = parse_line(line)
                if event is None:
                    skipped += 1
                elif type(event) is MetricsEvent and event.values:
                    shape = self._shape_of(event)
                    if shape is None:
                        return _general(lines)
                    append(shape.frame_of(event))
                elif type(event) is RunEvent:
                    append(event)
        parts = self._parts(frames, alike=not others)
        if others * 4 > len(lines):
            self._first = self._most_frequent(frames)
        return parts, skipped

    def _shape_of(self, event: MetricsEvent) -> _Shape | None:
        names = tuple(sorted(event.values))
        if names not in self._shapes:
            if len(self._shapes) >= _MOST_SHAPES:
                return None
            try:
                self._shapes[names] = _Shape(names)
            except ValueError:  # a quote or a backslash in a name: msgspec has no field for it
                return None
        return self._shapes[names]

    def _most_frequent(self, frames: list[Any]) -> Callable[[bytes], Any]:
        by_frame = {shape.frame: shape for shape in self._shapes.values()}
        for kind, _ in Counter(map(type, frames)).most_common():
            if kind in by_frame:
                return by_frame[kind].decode
        return self._first

    def _parts(self, frames: list[Any], *, alike: bool) -> list[Part]:
        if alike:
            return self._points(frames, alike=True)
        parts: list[Part] = []
        starts = [index for index, frame in enumerate(frames) if type(frame) is RunEvent]
        for begin, end in zip([0, *starts], [*starts, len(frames)], strict=True):
            attempt = frames[begin:end]
            if attempt and type(attempt[0]) is RunEvent:
                parts.append(attempt.pop(0))
            parts.extend(self._points(attempt, alike=False))
        return parts

    def _points(self, frames: list[Any], *, alike: bool) -> list[Part]:
        splits = dict.fromkeys(map(_split, frames))
        return [
            self._points_of_split(
                split, frames if len(splits) == 1 else [frame for frame in frames if frame.split == split], alike
            )
            for split in splits
        ]

    def _points_of_split(self, split: str, frames: list[Any], alike: bool) -> Points:
        head = np.fromiter(chain.from_iterable(map(_head, frames)), np.float64, 3 * len(frames)).reshape(-1, 3)
        step, epoch, t = head[:, 0].astype(np.int64), head[:, 1].copy(), head[:, 2].copy()
        kinds = {type(frames[0])} if alike else set(map(type, frames))
        if len(kinds) == 1:
            return Points(split, frames[0].names, step, epoch, t, _values(frames))
        # Lines with different names: one row for each name of any, so that the order of the file stays.
        groups = [[index for index, frame in enumerate(frames) if type(frame) is kind] for kind in kinds]
        names = tuple(dict.fromkeys(chain.from_iterable(frames[group[0]].names for group in groups)))
        row_of = {name: row for row, name in enumerate(names)}
        values = np.full((len(names), len(frames)), np.nan)
        present = np.zeros(values.shape, np.bool_)
        for group in groups:
            cells = np.ix_([row_of[name] for name in frames[group[0]].names], group)
            values[cells] = _values([frames[index] for index in group])
            present[cells] = True
        return Points(split, names, step, epoch, t, values, present)


class _Shape:
    """A set of metric names, and the decoder that takes lines with exactly these."""

    def __init__(self, names: tuple[str, ...]) -> None:
        fields = [(f"v{number}", float | None) for number in range(len(names))]
        rename = {f"v{number}": name for number, name in enumerate(names)}
        self._names = names
        self._values = msgspec.defstruct("Values", fields, rename=rename, forbid_unknown_fields=True, gc=False)
        self.frame = msgspec.defstruct(
            "Frame",
            [
                ("t", float),
                ("seq", Count),
                ("step", Count),
                ("values", self._values),
                ("epoch", float, 0.0),
                ("split", str, "train"),
            ],
            namespace={"names": names},
            tag_field="type",
            tag="metrics",
            gc=False,
        )
        self.decode: Callable[[bytes], Any] = msgspec.json.Decoder(self.frame).decode

    def frame_of(self, event: MetricsEvent) -> Any:
        values = self._values(*(event.values[name] for name in self._names))
        return self.frame(event.t, event.seq, event.step, values, event.epoch, event.split)


def _refuse(_: bytes) -> Any:
    """The decoder of a parser that has not seen a line yet."""
    raise ValueError


def _values(frames: list[Any]) -> Floats:
    """The values of frames of one shape, a row per name; None becomes NaN."""
    width = len(frames[0].names)
    cells = chain.from_iterable(map(msgspec.structs.astuple, map(_values_of, frames)))
    return np.fromiter(cells, np.float64, width * len(frames)).reshape(-1, width).T.copy()


def _general(lines: list[bytes]) -> tuple[list[Part], int]:
    events = [parse_line(line) for line in lines]
    return [event for event in events if isinstance(event, MetricsEvent | RunEvent)], events.count(None)


_split = attrgetter("split")
_values_of = attrgetter("values")
_head = attrgetter("step", "epoch", "t")
