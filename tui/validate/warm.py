"""Models that stay loaded: two at most, each in a process of its own, and only as many as the memory holds."""

from __future__ import annotations

import threading
from pathlib import Path

import psutil

from engine.errors import WorkError
from tui.predictor import Predictor

MOST = 2
LEFT_FREE = 256 << 20
"""Bytes that stay free for everything else."""


class WarmModels:
    """By the directory of their run or version. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._warm: dict[Path, Predictor] = {}

    def take(self, directory: Path, keep: Path | None = None) -> Predictor:
        """The process that holds a model, started now where there is none; others than it and `keep` end.

        Raises WorkError where the memory does not hold both.
        """
        with self._lock:
            for known in [one for one in self._warm if one not in (directory, keep)]:
                self._warm.pop(known).close()
            found = self._warm.get(directory)
            if found is not None and found.alive:
                return found
            if found is not None:
                self._warm.pop(directory).close()
            beside = [one for one in self._warm.values() if one.alive]
            if beside:
                _need_room(max(one.memory for one in beside))
            made = self._warm[directory] = Predictor(directory)
            return made

    def drop(self, directory: Path) -> None:
        """End a model's process, whatever it does."""
        with self._lock:
            found = self._warm.pop(directory, None)
        if found is not None:
            found.close()

    @property
    def warm(self) -> tuple[Predictor, ...]:
        """The processes that there are."""
        return tuple(self._warm.values())

    def close(self) -> None:
        """End all of them."""
        for directory in list(self._warm):
            self.drop(directory)


def _need_room(taken: int) -> None:
    available = psutil.virtual_memory().available
    if not has_room(available, taken):
        raise WorkError(
            f"the memory does not hold a second model: {available >> 20} MiB are free, and the first takes "
            f"{taken >> 20} MiB",
            fix="end something else, or look at one after the other",
        )


def has_room(available: int, taken: int) -> bool:
    """Whether a model as large as one that takes so many bytes fits beside it."""
    return available >= taken + LEFT_FREE
