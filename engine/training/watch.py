"""How far a long piece of work is, told to people now and then, and the point where it can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import StopRequested
from engine.tasks.contract import Job, Row, Stop

PROGRESS_EVERY_S = 0.5


@dataclass(frozen=True)
class Tick:
    """What an evaluation calls: with (done, total) after each batch, and `sample` for a sample or two."""

    report: Callable[[int, int], None]
    sample: Callable[[Row, Row], None]
    """Shows people a sample (with its truth) and the prediction."""

    def __call__(self, done: int, total: int) -> None:
        self.report(done, total)


def preparation(job: Job, what: str) -> Callable[[int, int], None]:
    """A function to call with (done, total) in work before the first step: tokenizing, caching …

    Emits progress, and ends the work with StopRequested on Stop.NOW: nothing is lost, for nothing was
    trained.
    """
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < PROGRESS_EVERY_S and done < total:
            return
        last = now
        job.events.progress(f"{what} {done}/{total}", 0, 0)
        if job.should_stop() is Stop.NOW:
            raise StopRequested

    return tell
