"""How far a dataset is: what makes one tells it, whoever waits for it shows it."""

from __future__ import annotations

from collections.abc import Callable

Told = Callable[[str, int, int], None]
"""Stage, done, total; a total of 0 is not known. What it raises ends the work."""


def untold(stage: str, done: int, total: int) -> None:
    """Nobody waits."""
