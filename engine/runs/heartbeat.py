"""Progress from a trainer that cannot yet, or not now, give its own."""

from __future__ import annotations

import contextlib
import threading
import time
from types import TracebackType

from engine.events.writer import EventWriter


class Heartbeat:
    """Emits progress of a phase every second, until it is left or `silenced` says so.

    It gives up after `at_most_s`, so that a load that hangs is not taken for one that works.
    """

    def __init__(
        self,
        events: EventWriter,
        phase: str,
        *,
        step: int = 0,
        steps: int = 0,
        every_s: float = 1.0,
        at_most_s: float,
    ) -> None:
        self._events, self._phase, self._step, self._steps = events, phase, step, steps
        self._every_s, self._at_most_s = every_s, at_most_s
        self.silenced = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat {phase}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.silenced.set()
        self._thread.join()

    def _beat(self) -> None:
        until = time.monotonic() + self._at_most_s
        while not self.silenced.is_set() and time.monotonic() < until:
            with contextlib.suppress(OSError):  # a full disk shows in the trainer's own events
                self._events.progress(self._phase, self._step, self._steps)
            self.silenced.wait(self._every_s)


class TrainerEvents(EventWriter):
    """The trainer's writer; it silences the loading heartbeat at the task's first own progress."""

    loading: Heartbeat | None = None
    last_step = 0
    last_steps = 0

    def progress(
        self, phase: str, step: int, steps: int, *, epoch: float = 0.0, epochs: float = 0.0, rate: float = 0.0
    ) -> None:
        if self.loading is not None and phase != "loading":
            self.loading.silenced.set()
        self.last_step, self.last_steps = step, steps
        super().progress(phase, step, steps, epoch=epoch, epochs=epochs, rate=rate)
