"""Reads the ends of event files only: what a list of a thousand runs can afford."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.events.schema import AnyEvent, Event

_BLOCK = 64 * 1024
_DECODER = msgspec.json.Decoder(AnyEvent)

E = TypeVar("E", bound=Event)


class EventFile:
    """A file of events that is looked at in several ways, opened at the first look. A missing one is empty.

    Blocks are kept, so that all looks see the same bytes.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self._fd = -1
        self._size: int | None = None
        self._block: tuple[int, int, bytes] = (0, 0, b"")

    def __enter__(self) -> EventFile:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._size = -1, None
        self._block = (0, 0, b"")

    @property
    def size(self) -> int:
        """Bytes of it when it was opened."""
        if self._size is None:
            self._size = 0
            with contextlib.suppress(OSError):
                self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
                self._size = os.fstat(self._fd).st_size
        return self._size

    def read(self, start: int, end: int) -> bytes:
        """Bytes of a part; none where the file cannot be read."""
        first, last, data = self._block
        if first <= start and end <= last:
            return data[start - first : end - first]
        try:
            data = os.pread(self._fd, end - start, start)
        except OSError:
            data = b""
        self._block = (start, end, data)
        return data

    def first(self, kind: type[E]) -> E | None:
        """The first whole line, when it is an event of this kind."""
        line = self.read(0, min(_BLOCK, self.size)).partition(b"\n")[0]
        event = _decode(line)
        return event if isinstance(event, kind) else None

    def last(self, kind: type[E], *, within: int | None = None, having: tuple[bytes, ...] = ()) -> E | None:
        """The last event of a kind whose line has all of `having`; `within` bounds the search backward in bytes."""
        mark = f'"type":"{kind.__struct_config__.tag}"'.encode()
        for line in self._lines_backward(mark, within):
            event = _decode(line) if all(part in line for part in having) else None
            if isinstance(event, kind):
                return event
        return None

    def last_time(self) -> float | None:
        """When the last event was written, and None before the first."""
        for line in self._lines_backward(b'"t":', _BLOCK):
            event = _decode(line)
            if event is not None:
                return event.t
        return None

    def usual_gap_s(self, *, lines: int = 40) -> float | None:
        """The median time between the last events; None for fewer than three."""
        times = []
        for line in self._lines_backward(b'"t":', _BLOCK):
            event = _decode(line)
            if event is not None:
                times.append(event.t)
            if len(times) >= lines:
                break
        gaps = sorted(abs(later - earlier) for later, earlier in itertools.pairwise(times))
        return gaps[len(gaps) // 2] if len(gaps) >= 2 else None

    def _lines_backward(self, mark: bytes, within: int | None) -> Iterator[bytes]:
        """Whole lines that hold `mark`, last first. A torn last line is left out."""
        end = self.size
        stop = 0 if within is None else max(0, end - within)
        tail, torn = b"", True
        while end > stop:
            start = max(stop, end - _BLOCK)
            block = self.read(start, end) + tail
            end = start
            if torn:
                # What follows the last line break is not yet a line.
                whole = block.rfind(b"\n") + 1
                block, torn = block[:whole], whole == 0
            # The first line may begin before this block.
            cut = block.find(b"\n") + 1 if start > 0 else 0
            tail = block[:cut] if start > 0 else b""
            at = len(block)
            while (found := block.rfind(mark, cut, at)) >= 0:
                at = block.rfind(b"\n", cut, found) + 1 or cut
                if (behind := block.find(b"\n", found)) >= 0:
                    yield block[at:behind]


def first_of(path: Path, kind: type[E]) -> E | None:
    """The first whole line, when it is an event of this kind."""
    with EventFile(path) as file:
        return file.first(kind)


def last_of(path: Path, kind: type[E], *, within: int | None = None) -> E | None:
    """The last event of a kind; `within` bounds the search backward in bytes."""
    with EventFile(path) as file:
        return file.last(kind, within=within)


def last_time(path: Path) -> float | None:
    """When the last event was written, and None before the first."""
    with EventFile(path) as file:
        return file.last_time()


def usual_gap_s(path: Path) -> float | None:
    """The median time between the last events; None for fewer than three."""
    with EventFile(path) as file:
        return file.usual_gap_s()


def _decode(line: bytes) -> Event | None:
    try:
        return _DECODER.decode(line)
    except msgspec.MsgspecError:
        return None
