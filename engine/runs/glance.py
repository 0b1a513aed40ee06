"""Reads the ends of event files only: what a list of a thousand runs can afford."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.events.schema import AnyEvent, Event

_BLOCK = 64 * 1024
_DECODER = msgspec.json.Decoder(AnyEvent)

E = TypeVar("E", bound=Event)


def first_of(path: Path, kind: type[E]) -> E | None:
    """The first whole line, when it is an event of this kind."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        event = _decode(file.readline(_BLOCK))
        return event if isinstance(event, kind) else None
    return None


def last_of(path: Path, kind: type[E], *, within: int | None = None, having: tuple[bytes, ...] = ()) -> E | None:
    """The last event of a kind whose line has all of `having`; `within` bounds the search backward in bytes."""
    mark = f'"type":"{kind.__struct_config__.tag}"'.encode()
    for line in _lines_backward(path, mark, within):
        event = _decode(line) if all(part in line for part in having) else None
        if isinstance(event, kind):
            return event
    return None


def last_time(path: Path) -> float | None:
    """When the last event was written, and None before the first."""
    for line in _lines_backward(path, b'"t":', _BLOCK):
        event = _decode(line)
        if event is not None:
            return event.t
    return None


def usual_gap_s(path: Path, *, lines: int = 40) -> float | None:
    """The median time between the last events; None for fewer than three."""
    times = []
    for line in _lines_backward(path, b'"t":', _BLOCK):
        event = _decode(line)
        if event is not None:
            times.append(event.t)
        if len(times) >= lines:
            break
    gaps = sorted(abs(later - earlier) for later, earlier in itertools.pairwise(times))
    return gaps[len(gaps) // 2] if len(gaps) >= 2 else None


def _decode(line: bytes) -> Event | None:
    try:
        return _DECODER.decode(line)
    except msgspec.MsgspecError:
        return None


def _lines_backward(path: Path, mark: bytes, within: int | None) -> Iterator[bytes]:
    """Whole lines that hold `mark`, last first. A torn last line is left out."""
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        end = file.seek(0, 2)
        stop = 0 if within is None else max(0, end - within)
        tail, torn = b"", True
        while end > stop:
            start = max(stop, end - _BLOCK)
            file.seek(start)
            block = file.read(end - start) + tail
            end = start
            lines = block.split(b"\n")
            if torn:
                lines[-1] = b""  # what follows the last line break is not yet a line
                torn = False
            tail = lines.pop(0) if start > 0 else b""  # it may begin before this block
            if mark in block:
                yield from (line for line in reversed(lines) if mark in line)
