"""A stream that tarfile can read without seeking back, and not without end."""

from __future__ import annotations

from typing import Protocol

_LARGEST_READ = 16 << 20
"""Contents are read in smaller pieces; only a header that lies about its size asks for more at once."""
_CHUNK = 1 << 20


class SupportsRead(Protocol):
    """What is read from."""

    def read(self, size: int = -1, /) -> bytes: ...


class TooMuch(Exception):
    """More was unpacked than an honest archive holds."""


class ForwardReader:
    """Reads a stream once, from its start, up to a limit."""

    def __init__(self, stream: SupportsRead, max_bytes: int) -> None:
        self._stream, self._left, self._at = stream, max_bytes, 0

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LARGEST_READ:
            raise TooMuch
        content = self._stream.read(size)
        self._at += len(content)
        self._left -= len(content)
        if self._left < 0:
            raise TooMuch
        return content

    def tell(self) -> int:
        return self._at

    def seek(self, to: int, whence: int = 0) -> int:
        if whence != 0 or to < self._at:
            raise TooMuch
        while self._at < to and self.read(min(_CHUNK, to - self._at)):
            pass
        return self._at
