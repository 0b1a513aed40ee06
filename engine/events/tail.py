"""Follows a growing events file by byte offset: whole lines only, a bounded piece at a time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.events.schema import MAX_LINE_BYTES, AnyEvent, Event

_BLOCK_BYTES = 8 * MAX_LINE_BYTES
_HEAD_BYTES = 256
_ENDS_BYTES = 2 * MAX_LINE_BYTES
_LINES_PER_CLOCK_LOOK = 64
_decode = msgspec.json.Decoder(AnyEvent).decode


@dataclass(frozen=True)
class TailBatch:
    """What one read brought."""

    events: list[Event]
    skipped: int
    """Lines that are no event we know: garbage, or a type of a newer protocol."""
    at_end: bool
    """No whole line is left to read now."""
    restarted: bool = False
    """The file was truncated or replaced: these events are its first, all earlier ones are void."""


class Tail:
    """Reads what was appended since the last read.

    A torn last line stays unread until its newline comes. The offset therefore always stands at the
    start of a line, and a writer that cuts a torn line away after a crash goes unnoticed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self._inode = -1
        self._head = b""
        self._inside_long_line = False

    def read(self, max_events: int = 2000, max_seconds: float = 0.05) -> TailBatch:
        """The next events; stops after `max_events` or `max_seconds`. A missing file has none."""
        try:
            fd = self._open_if_changed()
        except FileNotFoundError:
            return TailBatch([], 0, at_end=True)
        if fd is None:
            return TailBatch([], 0, at_end=True)
        try:
            restarted = self._begin_again_if_replaced(fd)
            events, skipped, at_end = self._read_lines(fd, max_events, time.monotonic() + max_seconds)
            if len(self._head) < _HEAD_BYTES:
                self._head = os.pread(fd, min(_HEAD_BYTES, self.offset), 0)
        finally:
            os.close(fd)
        return TailBatch(events, skipped, at_end, restarted)

    def skip_to_end(self) -> int:
        """Leave out the whole lines that are there now; the offset behind them. Before the first read."""
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return 0
        try:
            self.offset = end_of_whole_lines(fd)
            self._inode = os.fstat(fd).st_ino
            self._head = os.pread(fd, min(_HEAD_BYTES, self.offset), 0)
            return self.offset
        finally:
            os.close(fd)

    def _open_if_changed(self) -> int | None:
        """A descriptor, or None when the file is as the last read left it (costs one stat)."""
        status = self.path.stat()
        if status.st_ino == self._inode and status.st_size == self.offset:
            return None
        return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)

    def _begin_again_if_replaced(self, fd: int) -> bool:
        """Go back to the start of a file that is no longer the one we read.

        The first bytes are compared too: a new file may get the inode of the old one, and a
        truncated file may have grown past our offset between two reads.
        """
        status = os.fstat(fd)
        known = self.offset > 0
        same = (
            status.st_ino == self._inode
            and status.st_size >= self.offset
            and os.pread(fd, len(self._head), 0) == self._head
        )
        self._inode = status.st_ino
        if same or not known:
            return False
        self.offset, self._head, self._inside_long_line = 0, b"", False
        return True

    def _read_lines(self, fd: int, max_events: int, deadline: float) -> tuple[list[Event], int, bool]:
        events: list[Event] = []
        skipped = 0
        while True:
            block = os.pread(fd, _BLOCK_BYTES, self.offset)
            end = block.rfind(b"\n") + 1
            if not end and len(block) < MAX_LINE_BYTES and not self._inside_long_line:
                return events, skipped, True
            if not end:
                # No event is this long: drop what there is of it and go on behind its newline.
                self._inside_long_line = True
                self.offset += len(block)
            for number, line in enumerate(block[: end - 1].split(b"\n") if end else (), 1):
                if len(events) >= max_events or (number % _LINES_PER_CLOCK_LOOK == 0 and time.monotonic() > deadline):
                    return events, skipped, False
                self.offset += len(line) + 1
                event = None if self._inside_long_line else parse_line(line)
                self._inside_long_line = False
                if event is None:
                    skipped += 1
                else:
                    events.append(event)
            if len(block) < _BLOCK_BYTES and not end:
                return events, skipped, True
            if time.monotonic() > deadline:
                return events, skipped, False


def parse_line(line: bytes) -> Event | None:
    """The event on a line (without its newline); None when it is not one that we know."""
    if len(line) >= MAX_LINE_BYTES:
        return None
    try:
        return _decode(line)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors; a thousand brackets recurse
        return None


def end_of_whole_lines(fd: int) -> int:
    """Where the last whole line of a file ends; reads its end only."""
    end = os.fstat(fd).st_size
    while end:
        start = max(0, end - _ENDS_BYTES)
        newline = os.pread(fd, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def read_first(path: Path) -> Event | None:
    """The first event of a file, from its first bytes; None when there is none yet."""
    for line in _read_range(path, 0, _ENDS_BYTES)[1].split(b"\n")[:-1]:
        if (event := parse_line(line)) is not None:
            return event
    return None


def read_last(path: Path, *kinds: type[Event], max_bytes: int = _ENDS_BYTES) -> Event | None:
    """The last event of a file (of one of `kinds`), looked for in its last `max_bytes` alone."""
    start, data = _read_range(path, -max_bytes, max_bytes)
    lines = data.split(b"\n")[1 if start else 0 : -1]
    for line in reversed(lines):
        event = parse_line(line)
        if event is not None and (not kinds or isinstance(event, kinds)):
            return event
    return None


def _read_range(path: Path, start: int, count: int) -> tuple[int, bytes]:
    """Bytes from `start` (from the end when negative) and where they begin; none of a missing file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0, b""
    try:
        begin = start if start >= 0 else max(0, os.fstat(fd).st_size + start)
        return begin, os.pread(fd, count, begin)
    finally:
        os.close(fd)
