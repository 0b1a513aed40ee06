"""Progress in words on stderr, not more often than people read."""

from __future__ import annotations

import sys
import time

from engine.cli.output import say

PAUSE_S = 0.5
"""Between two lines."""


class Progress:
    """Says a stage when it begins, and from time to time how far it is: `drawn: 120 of 800`."""

    def __init__(self, *, patient: bool = False) -> None:
        """`patient`: what is done sooner than that says nothing."""
        self._stage, self._said = "", time.monotonic() if patient else 0.0
        self._patient = patient

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said >= PAUSE_S or (not self._patient and self._is_news(stage, done, total)):
            self._stage, self._said = stage, now
            say(f"{stage}: {done:,} of {total:,}" if total else f"{stage}: {done:,}")

    def _is_news(self, stage: str, done: int, total: int) -> bool:
        return stage != self._stage or (done == total and sys.stderr.isatty())
