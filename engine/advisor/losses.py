"""The losses of the last steps with their median: what an explosion is measured against."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from typing import Any

from engine.advisor.signals import EXPLOSION_STEPS, exploded

WINDOW_STEPS = 101
ENOUGH_STEPS = 20


class LossWindow:
    """Takes a loss per step in about a microsecond: the window is kept in order, never sorted again."""

    def __init__(self) -> None:
        self._window: deque[float] = deque()
        self._ordered: list[float] = []
        self._recent: deque[float] = deque(maxlen=EXPLOSION_STEPS)
        self._start: float | None = None

    def add(self, loss: float) -> str | None:
        """Take in a finite loss; the sentence of an explosion, or None.

        The last few steps stand apart and enter the window late, so that an explosion does not move
        the median that it is measured against.
        """
        if len(self._recent) == EXPLOSION_STEPS:
            self._enter(self._recent[0])
        self._recent.append(loss)
        if len(self._ordered) < ENOUGH_STEPS:
            return None
        median = self._ordered[len(self._ordered) // 2]
        if self._start is None:
            self._start = median
        return exploded(self._recent, median=median, start=self._start)

    def state(self) -> dict[str, Any]:
        return {"window": list(self._window), "recent": list(self._recent), "start": self._start}

    def load(self, state: dict[str, Any]) -> None:
        self._window = deque(state["window"])
        self._ordered = sorted(self._window)
        self._recent = deque(state["recent"], maxlen=EXPLOSION_STEPS)
        self._start = state["start"]

    def _enter(self, loss: float) -> None:
        self._window.append(loss)
        insort(self._ordered, loss)
        if len(self._window) > WINDOW_STEPS:
            del self._ordered[bisect_left(self._ordered, self._window.popleft())]
