"""How far a verb of `engine folders` is."""

from __future__ import annotations

import sys
import time


class ProgressLine:
    """A line on the terminal that says how far it is; nothing where stderr is no terminal."""

    def __init__(self, what: str) -> None:
        self._what, self._shown = what, 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and (done == total or now - self._shown > 0.2):
            self._shown = now
            print(
                f"\r{done:,} of {total:,} {self._what}",
                end="\n" if done == total else "",
                file=sys.stderr,
                flush=True,
            )
