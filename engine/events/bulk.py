"""The fast way from a piece of an events file to arrays: what `load_columns` does a million times.

The result is the same as reading line by line (a property test holds the two together); only the
grouping differs. A metrics line is decoded in two steps: its frame, with `values` left as raw JSON,
then the values of all lines of a split at once, into a struct made for the names seen so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.events.schema import (
    MAX_LINE_BYTES,
    CheckpointEvent,
    Count,
    Event,
    LogEvent,
    MetricsEvent,
    ProgressEvent,
    RunEvent,
    SampleEvent,
    SignalEvent,
    StatusEvent,
    SystemEvent,
)
from engine.events.tail import parse_line

Floats = NDArray[np.float64]

_MOST_NAMES = 256
"""Metric names per split that get a field of their own; a stranger file takes the general way."""


@dataclass(frozen=True)
class Points:
    """Metrics of one split with the same names, in the order of the file."""

    split: str
    names: tuple[str, ...]
    step: NDArray[np.int64]
    epoch: Floats
    t: Floats
    values: Floats
    """A row per name. NaN where the line said null or did not have the name."""
    present: NDArray[np.bool_] | None
    """Like `values`: which lines had the name. None: all of them."""

    def present_in(self, row: int) -> NDArray[np.bool_]:
        """Which lines had the name of this row."""
        return np.ones(len(self.step), np.bool_) if self.present is None else self.present[row]


Part = Points | RunEvent | MetricsEvent


class BulkParser:
    """Parses whole lines; learns the metric names of each split as it goes."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}

    def parse(self, data: bytes) -> tuple[list[Part], int]:
        """The parts of `data` (whole lines) that matter to columns, in order; and the lines skipped."""
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        frames: list[Any] = []
        skipped = 0
        if max(map(len, lines), default=0) >= MAX_LINE_BYTES:
            whole = len(lines)
            lines = [line for line in lines if len(line) < MAX_LINE_BYTES]
            skipped = whole - len(lines)
        try:
            frames.extend(map(_decode_frame, lines))
        except (ValueError, RecursionError):
            frames.clear()
            for line in lines:
                try:
                    frames.append(_decode_frame(line))
                except (ValueError, RecursionError):
                    skipped += 1
        kinds = set(map(type, frames))
        metrics = frames if kinds == {_Frame} else [frame for frame in frames if type(frame) is _Frame]
        # A key that stands twice in a line, or is spelled with an escape, hides from the raw values.
        if data.count(b'"values":') == len(metrics) and b"\\" not in data:
            parts = self._attempts(frames) if RunEvent in kinds else self._points(metrics)
            if parts is not None:
                return parts, skipped
        return _general(data)

    def _attempts(self, frames: list[Any]) -> list[Part] | None:
        """Parts of lines with run events among them: what lies between two belongs together."""
        parts: list[Part] = []
        starts = [index for index, frame in enumerate(frames) if type(frame) is RunEvent]
        for begin, end in zip([0, *starts], [*starts, len(frames)], strict=True):
            attempt = frames[begin:end]
            if attempt and type(attempt[0]) is RunEvent:
                parts.append(attempt[0])
            points = self._points([frame for frame in attempt if type(frame) is _Frame])
            if points is None:
                return None
            parts.extend(points)
        return parts

    def _points(self, frames: list[_Frame]) -> list[Part] | None:
        parts: list[Part] = []
        splits = dict.fromkeys(map(_split, frames))
        for split in splits:
            of_split = frames if len(splits) == 1 else [frame for frame in frames if frame.split == split]
            points = self._points_of_split(split, of_split)
            if points is None:
                return None
            parts.append(points)
        return parts

    def _points_of_split(self, split: str, frames: list[_Frame]) -> Points | None:
        raw = b"\n".join([frame.values for frame in frames])
        decoder = self._decoders.get(split)
        try:
            if decoder is None:
                raise msgspec.ValidationError
            rows = decoder.decode_lines(raw)
        except msgspec.MsgspecError:
            if not self._learn(split, frames):
                return None
            rows = self._decoders[split].decode_lines(raw)
        names = tuple(self._names[split])
        shape = (len(frames), len(names))
        matrix = np.fromiter(chain.from_iterable(map(_astuple, rows)), np.float64, shape[0] * shape[1])
        matrix = matrix.reshape(shape).T.copy()
        present = None
        if np.isnan(matrix).any():  # absent, or null, which numpy makes NaN too
            cells = chain.from_iterable(map(_astuple, rows))
            null = np.fromiter((cell is None for cell in cells), np.bool_, matrix.size)
            present = ~np.isnan(matrix) | null.reshape(shape).T
        head = np.fromiter(chain.from_iterable(map(_head, frames)), np.float64, 3 * len(frames)).reshape(-1, 3)
        return Points(
            split,
            names,
            step=head[:, 0].astype(np.int64),
            epoch=head[:, 1].copy(),
            t=head[:, 2].copy(),
            values=matrix,
            present=present,
        )

    def _learn(self, split: str, frames: list[_Frame]) -> bool:
        """Take up the names of these lines. False when a line's values are not what the schema says."""
        names = dict.fromkeys(self._names.get(split, ()))
        for frame in frames:
            try:
                names.update(dict.fromkeys(_decode_values(frame.values)))
            except (ValueError, RecursionError):
                return False
        if not names or len(names) > _MOST_NAMES:
            return False
        self._names[split] = list(names)
        # The default is NaN, which JSON cannot hold: so NaN says absent and None says null.
        fields = [(f"v{number}", float | None, float("nan")) for number in range(len(names))]
        rename = {f"v{number}": name for number, name in enumerate(names)}
        values = msgspec.defstruct("Values", fields, rename=rename, forbid_unknown_fields=True, gc=False)
        self._decoders[split] = msgspec.json.Decoder(values)
        return True


def _general(data: bytes) -> tuple[list[Part], int]:
    parts: list[Part] = []
    skipped = 0
    for line in data.split(b"\n")[:-1] if data.endswith(b"\n") else data.split(b"\n"):
        event: Event | None = parse_line(line)
        if event is None:
            skipped += 1
        elif isinstance(event, MetricsEvent | RunEvent):
            parts.append(event)
    return parts, skipped


class _Frame(msgspec.Struct, tag_field="type", tag="metrics", gc=False):
    """A MetricsEvent whose values are not decoded yet."""

    t: float
    seq: Count
    step: Count
    values: msgspec.Raw
    epoch: float = 0.0
    split: str = "train"


_decode_frame = msgspec.json.Decoder(
    _Frame
    | RunEvent
    | StatusEvent
    | ProgressEvent
    | CheckpointEvent
    | SignalEvent
    | SampleEvent
    | LogEvent
    | SystemEvent
).decode
_decode_values = msgspec.json.Decoder(dict[str, float | None]).decode
_astuple = msgspec.structs.astuple
_split = attrgetter("split")
_head = attrgetter("step", "epoch", "t")
