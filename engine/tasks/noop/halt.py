"""Halting until somebody says go."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

GO = "go"
HALTED = "halted"
_POLL_S = 0.005


def halt(run: Path, unless: Callable[[], bool] = lambda: False) -> None:
    """Wait until the file `go` is in the run directory, or `unless` is true; `halted` says it waits."""
    if (run / GO).exists():
        return
    (run / HALTED).touch()
    while not (run / GO).exists() and not unless():
        time.sleep(_POLL_S)
