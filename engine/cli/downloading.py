"""The line on stderr that tells how far a download is."""

from __future__ import annotations

import time
from typing import TextIO

from engine.cli.output import duration

_EVERY_S = 0.2
_TENTHS = 10


def size_of(count: int) -> str:
    """`812 bytes`, `3.4 MB`: in powers of ten, as pages of downloads say it."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")


class DownloadLine:
    """Rewrites one line on a terminal; elsewhere it writes a line for each tenth."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rewrites = stream.isatty()
        self._name = ""
        self._is_open = False
        self._started_at, self._started_with, self._shown_at, self._shown_tenth = 0.0, 0, 0.0, 0

    def show(self, name: str, there: int, whole: int) -> None:
        now = time.monotonic()
        tenth = _TENTHS * there // whole if whole else 0
        if name != self._name or there < self._started_with:
            self._name, self._started_at, self._started_with = name, now, there
            self._shown_at, self._shown_tenth = 0.0, tenth if there < whole else 0
        ended = there >= whole
        if self._rewrites and (ended or now - self._shown_at >= _EVERY_S):
            self._shown_at, self._is_open = now, not ended
            self._stream.write(f"\r{self._text(there, whole, now)}\x1b[K" + ("\n" if ended else ""))
            self._stream.flush()
        elif not self._rewrites and tenth > self._shown_tenth:
            self._shown_tenth = tenth
            self._stream.write(self._text(there, whole, now) + "\n")
            self._stream.flush()

    def end(self) -> None:
        """End a line that was left open, so that what is said next begins one."""
        if self._is_open:
            self._stream.write("\n")
            self._is_open = False

    def _text(self, there: int, whole: int, now: float) -> str:
        text = f"{self._name}  {100 * there // max(1, whole):3d} %  {size_of(there)} of {size_of(whole)}"
        seconds, came = now - self._started_at, there - self._started_with
        if seconds <= 0 or came <= 0:
            return text
        rate = came / seconds
        left = f", {duration((whole - there) / rate)} left" if there < whole else ""
        return f"{text}, {size_of(round(rate))}/s{left}"
