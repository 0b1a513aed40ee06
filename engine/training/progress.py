"""How far a training is, and how fast it goes."""

from __future__ import annotations

import time

from engine.events.writer import EventWriter
from engine.training.trainable import Phase
from engine.training.watch import PROGRESS_EVERY_S


class Progress:
    """Emits progress of one phase, at most every `PROGRESS_EVERY_S`."""

    def __init__(self, events: EventWriter, phase: Phase, *, steps: int, steps_per_epoch: int) -> None:
        self.events, self.phase = events, phase
        self.steps = phase.steps_total or phase.step_offset + steps
        self.steps_per_epoch = max(1, steps_per_epoch)
        self._last = time.monotonic()
        self._seconds_per_step = 0.0
        self._measured = -2  # the first two steps warm up kernels and caches, and the longest batch is among them

    def epoch(self, step: int) -> float:
        """Epochs trained at a global step."""
        return round((step - self.phase.step_offset) / self.steps_per_epoch, 4)

    def measure(self, seconds: float) -> None:
        """Count the time of a step: a moving mean, so that the rate follows the device's load."""
        self._measured += 1
        if self._measured > 0:
            self._seconds_per_step += max(0.05, 1 / self._measured) * (seconds - self._seconds_per_step)

    def say(self, doing: str, step: int, *, forced: bool = False) -> None:
        """Tell what is being done, unless that was told a moment ago."""
        now = time.monotonic()
        if not forced and now - self._last < PROGRESS_EVERY_S:
            return
        self._last = now
        self.events.progress(
            doing,
            step,
            self.steps,
            epoch=self.epoch(step),
            epochs=float(self.phase.epochs),
            rate=1 / self._seconds_per_step if self._seconds_per_step else 0.0,
        )
