"""The signals that live runs raise, read as they come: what was appended since the last look, signal lines only."""

from __future__ import annotations

import os

import msgspec

from engine.events.schema import SignalEvent
from engine.runs.paths import RunPaths

MOST_BYTES = 4 * 1024 * 1024
"""Read at one look; of more than that the newest."""
FIRST_BYTES = 256 * 1024
"""Read of the end of a file that is seen for the first time."""
KEPT = 16
"""Signals of a run, the newest. The advisor raises most kinds once."""

_MARK = b'"type":"signal"'
_decode = msgspec.json.Decoder(SignalEvent).decode


class SignalsSeen:
    """Remembers where it stands in each file."""

    def __init__(self) -> None:
        self._offsets: dict[str, int] = {}
        self._found: dict[str, tuple[SignalEvent, ...]] = {}

    def of(self, paths: RunPaths, *, over: bool) -> tuple[SignalEvent, ...]:
        """The newest signals of a run. One that was over when it was first seen has none: they are no news."""
        run_id = paths.id
        if over and run_id not in self._offsets:
            return ()
        offset, lines = signal_lines(paths, self._offsets.get(run_id, -FIRST_BYTES))
        self._offsets[run_id] = offset
        if lines:
            self._found[run_id] = (*self._found.get(run_id, ()), *lines)[-KEPT:]
        return self._found.get(run_id, ())

    def forget(self, run_id: str) -> None:
        """The run is gone."""
        self._offsets.pop(run_id, None)
        self._found.pop(run_id, None)


def signal_lines(
    paths: RunPaths, offset: int, *, most_bytes: int = MOST_BYTES
) -> tuple[int, tuple[SignalEvent, ...]]:
    """The signals in whole lines of `events.jsonl` from an offset on, and the offset behind them.

    A negative offset counts from the end, as in a slice.
    """
    try:
        fd = os.open(paths.events, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return offset, ()
    try:
        size = os.fstat(fd).st_size
        start = max(0, size + offset) if offset < 0 else offset
        if start > size:
            # A torn line was cut off, or the file begun anew: what comes now is read from where it ends.
            return size, ()
        start = max(start, size - most_bytes)
        data = os.pread(fd, size - start, start)
    except OSError:
        return offset, ()
    finally:
        os.close(fd)
    end = data.rfind(b"\n") + 1
    found = []
    if _MARK in data:
        for line in data[:end].split(b"\n"):
            if _MARK in line:
                try:
                    found.append(_decode(line))
                except msgspec.MsgspecError:
                    continue  # the first piece of a line, or no event at all
    return start + end, tuple(found)
