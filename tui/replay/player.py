"""Plays recorded lines at a speed. Time is that of the run: it goes faster, and jumps over long waits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

from tui.replay.recording import RecordedLine
from tui.replay.worker import FakeWorker

LONGEST_WAIT_S = 2.0
"""However long nothing was written: a night in the queue is no show."""
MOST_LINES = 20_000
"""Played in one step, so that it can be stopped whatever the speed."""


class Player:
    """Call `step` again and again; `now` is the time of the run, for whoever looks at it."""

    def __init__(
        self,
        worker: FakeWorker,
        lines: Iterator[RecordedLine],
        speed: float,
        *,
        longest_wait_s: float = LONGEST_WAIT_S,
        clock: Callable[[], float] = time.monotonic,
        before_the_end: Callable[[], object] = lambda: None,
    ) -> None:
        self._worker, self._lines, self._clock = worker, lines, clock
        self._speed, self._longest_wait_s, self._before_the_end = speed, longest_wait_s, before_the_end
        self._next = next(lines, None)
        self._from = (self._next.t if self._next is not None else time.time(), clock())
        """A time of the run, and when by the clock it was reached."""
        self._unplayed_t = self._from[0]

    def now(self) -> float:
        """The time of the run: never behind a line that is not played yet, or a run would seem to stall between
        two steps."""
        return min(self._due_t(), self._unplayed_t)

    def step(self) -> float | None:
        """Play what is due; the seconds until something is again, None when all is played and the worker gone."""
        due: dict[bool, list[bytes]] = {True: [], False: []}
        t, count = self._due_t(), 0
        while (line := self._next) is not None and line.t <= t and count < MOST_LINES:
            count += 1
            following = next(self._lines, None)
            if following is None:
                self._play(due)
                self._before_the_end()
            due[line.status].append(line.data)
            self._from = (line.t, self._from[1] + (line.t - self._from[0]) / self._speed)
            self._next = following
        self._play(due)
        self._unplayed_t = self._next.t if self._next is not None else math.inf
        if self._next is None:
            self._worker.die()
            return None
        return self._wait(self._next.t)

    def _due_t(self) -> float:
        reached, at = self._from
        return reached + (self._clock() - at) * (self._speed if self._next is not None else 1.0)

    def _play(self, due: dict[bool, list[bytes]]) -> None:
        for status, lines in due.items():
            self._worker.append(b"".join(lines), status=status)
            lines.clear()

    def _wait(self, t: float) -> float:
        """Until a time of the run comes; where that is long, time jumps there in the end."""
        reached, at = self._from
        now = self._clock()
        left = (t - reached) / self._speed - (now - at)
        waited = now - at
        if waited + left <= self._longest_wait_s:
            return max(0.0, left)
        if waited >= self._longest_wait_s:
            self._from = (t, now)
            return 0.0
        return self._longest_wait_s - waited
