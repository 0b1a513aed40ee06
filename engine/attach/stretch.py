"""Reads one growing file of a run piece by piece, from where the console's copy ends."""

from __future__ import annotations

import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

from engine.attach.protocol import CHUNK_BYTES, Have

LAST_BYTES = 64
LOG_BYTES = 32 * 1024
"""What libraries printed is sent from about here before its end on: a library may print for days."""


@dataclass(frozen=True)
class Piece:
    """Bytes that follow those before; or the first ones, where the file is another or was cut."""

    mark: str
    offset: int
    data: bytes
    anew: bool
    left: int


class Stretch:
    """One file. Whole lines only where `lines` says so: a writer may take a torn line back."""

    def __init__(self, path: Path, *, lines: bool, have: Have | None = None) -> None:
        self.path, self._lines = path, lines
        self._mark = have.mark if have else ""
        self._offset = have.offset if have else 0
        self._last, self._check = (have.last, have.check) if have else (0, 0)
        self._seen: tuple[int, int, int] | None = None

    def read(self) -> Piece | None:
        """The next piece; None while there is nothing new."""
        try:
            # A link could lead out of the workspace, and a pipe would never answer.
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            return self._read(fd)
        finally:
            os.close(fd)

    def _read(self, fd: int) -> Piece | None:
        found = os.fstat(fd)
        seen = (found.st_ino, found.st_size, found.st_mtime_ns)
        if not stat.S_ISREG(found.st_mode) or seen == self._seen:
            return None
        anew = not self._goes_on(fd, found)
        if anew:
            self._mark = f"{found.st_dev:x}.{found.st_ino:x}"
            self._offset = 0 if self._lines else self._near_the_end(fd, found.st_size)
        data = os.pread(fd, CHUNK_BYTES, self._offset)
        whole = data.rfind(b"\n") + 1
        if self._lines and (whole or len(data) < CHUNK_BYTES):  # what is longer than any line goes as it is
            data = data[:whole]
        if not data or self._offset + len(data) >= found.st_size:
            self._seen = seen
        if not data and not anew:
            return None
        offset, self._offset = self._offset, self._offset + len(data)
        kept = os.pread(fd, LAST_BYTES, max(0, self._offset - LAST_BYTES))[: min(LAST_BYTES, self._offset)]
        self._last, self._check = len(kept), zlib.crc32(kept)
        return Piece(self._mark, offset, data, anew, max(0, found.st_size - self._offset) if data else 0)

    def _goes_on(self, fd: int, found: os.stat_result) -> bool:
        """Whether this is the file that was read before, and what was read still stands in it."""
        if self._mark != f"{found.st_dev:x}.{found.st_ino:x}" or found.st_size < self._offset:
            return False
        last = os.pread(fd, self._last, self._offset - self._last) if self._last <= self._offset else b""
        return len(last) == self._last and zlib.crc32(last) == self._check

    @staticmethod
    def _near_the_end(fd: int, size: int) -> int:
        """Where the first whole line among the last ones begins."""
        start = max(0, size - LOG_BYTES)
        return start + os.pread(fd, LOG_BYTES, start).find(b"\n") + 1 if start else 0
