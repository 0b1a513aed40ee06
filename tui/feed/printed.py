"""The end of a text file that libraries print to, with progress bars collapsed."""

from __future__ import annotations

import os
import re
from pathlib import Path

FIRST_BYTES = 32 * 1024
"""Of a file that is already long, only this much of its end is read."""
CHUNK_BYTES = 256 * 1024
MAX_LINE = 2000

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class PrintedTail:
    """Reads what was appended since the last call. A line that a progress bar rewrote counts once, as it ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset: int | None = None
        self._inode = 0
        self._rest = b""

    def read(self) -> list[str]:
        """Whole new lines; at most one chunk."""
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                cut = self._begin(found)
                file.seek(self._offset or 0)
                data = file.read(CHUNK_BYTES)
        except OSError:
            return []
        self._offset = (self._offset or 0) + len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > CHUNK_BYTES:
            self._rest = self._rest[-MAX_LINE:]
        if cut and lines:
            lines = lines[1:]
        return [text for text in map(as_people_saw_it, lines) if text]

    def _begin(self, found: os.stat_result) -> bool:
        """Start near the end of a long file, and anew in one that was replaced. Says whether a line was cut."""
        if self._offset is not None and found.st_ino == self._inode and found.st_size >= self._offset:
            return False
        self._inode, self._rest = found.st_ino, b""
        self._offset = max(0, found.st_size - FIRST_BYTES)
        return self._offset > 0


def as_people_saw_it(line: bytes) -> str:
    """What a line looked like at last: after the last carriage return, without escapes and controls."""
    text = line.decode("utf-8", "replace").rstrip("\r")
    return _CONTROLS.sub("", _ESCAPES.sub("", text.rsplit("\r", 1)[-1])).rstrip()[:MAX_LINE]
