"""The lines of a run that is over, in the order in which they were written. Read as they are needed: a run may have
ten million."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.events.schema import MAX_LINE_BYTES
from engine.runs.paths import RunPaths


@dataclass(frozen=True, slots=True)
class RecordedLine:
    """A line of one of the two files."""

    t: float
    """When it was written; of a line that does not say, when the one before was."""
    status: bool
    """Whether the worker wrote it; else the trainer."""
    data: bytes


class _Timed(msgspec.Struct):
    t: float


_decode = msgspec.json.Decoder(_Timed).decode


def recorded(paths: RunPaths) -> Iterator[RecordedLine]:
    """All whole lines of a run, oldest first; of the same moment the worker's first."""
    return heapq.merge(lines_of(paths.status, status=True), lines_of(paths.events, status=False), key=_time)


def lines_of(path: Path, *, status: bool) -> Iterator[RecordedLine]:
    """The whole lines of one file. Time never goes back: a line from before the one before is of its moment."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        t = -math.inf
        # Longer lines are no events, and come in pieces that are none either.
        while data := file.readline(MAX_LINE_BYTES):
            if data.endswith(b"\n"):
                t = max(t, _time_of(data, t))
                yield RecordedLine(t, status, data)


def _time_of(data: bytes, before: float) -> float:
    try:
        t = _decode(data).t
    except msgspec.MsgspecError:
        return before
    return t if math.isfinite(t) else before


def _time(line: RecordedLine) -> float:
    return line.t
