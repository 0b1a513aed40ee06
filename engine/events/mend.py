"""Opens an events file that a killed writer left: cuts the torn end off, finds where to go on."""

from __future__ import annotations

import os

import msgspec

from engine.events.schema import MAX_LINE_BYTES
from engine.events.tail import end_of_whole_lines

_BLOCK_BYTES = 2 * MAX_LINE_BYTES


def mend(fd: int) -> tuple[int, float]:
    """Make the file end with a whole line; return the next `seq` and the `t` of its last event.

    Reads the end of the file only, however long it is. A last line that lacks nothing but its
    newline is a whole event and gets it; any other torn end is cut off, which no reader notices,
    because readers take whole lines only. Raises OSError when the disk does not let us.
    """
    end = os.fstat(fd).st_size
    whole = end_of_whole_lines(fd)
    if whole < end:
        torn = os.pread(fd, MAX_LINE_BYTES, whole) if end - whole < MAX_LINE_BYTES else b""
        if _stamp(torn) is not None:
            os.write(fd, b"\n")
            whole = end + 1
        else:
            os.ftruncate(fd, whole)
    return _after_last_event(fd, whole)


class _Stamp(msgspec.Struct, gc=False):
    """What every event carries."""

    t: float
    seq: int


_decode_stamp = msgspec.json.Decoder(_Stamp).decode


def _stamp(line: bytes) -> _Stamp | None:
    try:
        return _decode_stamp(line)
    except (ValueError, RecursionError):
        return None


def _after_last_event(fd: int, end: int) -> tuple[int, float]:
    """Lines of garbage at the end are passed over; a file without an event begins at 0."""
    rest = b""
    while end:
        start = max(0, end - _BLOCK_BYTES)
        lines = (os.pread(fd, end - start, start) + rest).split(b"\n")
        first_whole = 1 if start else 0
        for line in reversed(lines[first_whole:]):
            stamp = _stamp(line)
            if stamp is not None:
                return stamp.seq + 1, stamp.t
        rest = lines[0][:MAX_LINE_BYTES] if start else b""
        end = start
    return 0, 0.0
