"""The line on stderr that tells how much of a long work is done."""

from __future__ import annotations

import time
from typing import TextIO

from engine.cli.output import duration

_EVERY_S = 0.2
_QUIET_EVERY_S = 30.0


class ShareDone:
    """Rewrites one line on a terminal; elsewhere a line now and then, for a log. Called with (done, total)."""

    def __init__(self, what: str, stream: TextIO) -> None:
        self._what, self._stream, self._rewrites = what, stream, stream.isatty()
        self._started = self._shown = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        ended = done >= total
        if self._rewrites and (ended or now - self._shown >= _EVERY_S):
            self._stream.write(f"\r{self._text(done, total, now)}\x1b[K" + ("\n" if ended else ""))
        elif not self._rewrites and not ended and now - self._shown >= _QUIET_EVERY_S:
            self._stream.write(self._text(done, total, now) + "\n")
        else:
            return
        self._shown = now
        self._stream.flush()

    def _text(self, done: int, total: int, now: float) -> str:
        seconds = now - self._started
        text = f"{done:,} of {total:,} {self._what}"
        if not done or done >= total or seconds <= 0:
            return text
        rate = done / seconds
        return f"{text}, {rate:,.0f}/s, {duration((total - done) / rate)} left"
