"""Progress in words on stderr, not more often than people read."""

from __future__ import annotations

import sys
import time

from engine.cli.output import say

PAUSE_S = 0.5
"""Between two lines."""


class Progress:
    """Says a stage when it begins, and from time to time how far it is: `drawn: 120 of 800`."""

    def __init__(self) -> None:
        self._stage, self._said = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage or now - self._said >= PAUSE_S or (done == total and sys.stderr.isatty()):
            self._stage, self._said = stage, now
            say(f"{stage}: {done:,} of {total:,}" if total else f"{stage}: {done:,}")
