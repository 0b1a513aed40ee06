"""The headline metric of a run on validation, thinned: enough for a sparkline, at a few hundred bytes."""

from __future__ import annotations

import math
from pathlib import Path

from engine.attach.protocol import TREND_POINTS
from engine.events.schema import Event, MetricsEvent, RunEvent
from engine.events.tail import Tail

MOST_BYTES = 8 * 1024 * 1024
"""Longer files are not read for a row of the table."""


class Trend:
    """Follows one events file."""

    def __init__(self, path: Path, headline: str) -> None:
        self.path, self.headline = path, headline
        self._tail: Tail | None = None
        self._points: list[tuple[int, float]] = []

    def read(self) -> tuple[float, ...]:
        """Read on for some milliseconds; what is known then."""
        if self._tail is None and self._is_small():
            self._tail = Tail(self.path)
        if self._tail is not None:
            batch = self._tail.read(max_events=2000, max_seconds=0.01)
            if batch.restarted:
                self._points.clear()
            for event in batch.events:
                self._take(event)
        return thinned([value for _, value in self._points])

    def _take(self, event: Event) -> None:
        if isinstance(event, RunEvent):
            resumed = event.resumed_step
            self._points = [] if resumed is None else [point for point in self._points if point[0] <= resumed]
        elif isinstance(event, MetricsEvent) and event.split == "validation":
            value = event.values.get(self.headline)
            if value is not None and math.isfinite(value):
                self._points.append((event.step, float(f"{value:.4g}")))

    def _is_small(self) -> bool:
        try:
            return self.path.stat().st_size <= MOST_BYTES
        except OSError:
            return False


def thinned(values: list[float], most: int = TREND_POINTS) -> tuple[float, ...]:
    """Every nth, counted from the last."""
    every = max(1, -(-len(values) // most))
    return tuple(values[::-1][::every][::-1])
