"""The requests of a log as totals, and the last ones of each version: what the guards look at."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.traffic.assignment import Arm
from engine.traffic.request_log import Answer, Request, RequestLog, Totals

WINDOW = 500
"""Last requests of a version by which its latency and failures are judged."""


@dataclass(frozen=True)
class Recent:
    """The last requests of one arm."""

    requests: int = 0
    p95_ms: float | None = None
    """95th percentile of the time of those that were answered."""
    keys: int = 0
    failed: int = 0
    """Keys whose last request failed: a key that asks again and again counts once."""

    @property
    def failure_rate(self) -> float:
        return self.failed / self.keys if self.keys else 0.0


@dataclass
class Activity:
    """Follows a log; what was read once is not read again."""

    log: RequestLog
    totals: Totals = field(default_factory=Totals)
    _windows: dict[Arm, deque[tuple[str, Answer]]] = field(
        default_factory=lambda: {"production": deque(maxlen=WINDOW), "candidate": deque(maxlen=WINDOW)}
    )
    _piece: int = 0
    _read_to: int = 0

    def refresh(self) -> None:
        """Take over what was added since. Begins with the last two pieces: no window reaches farther back."""
        pieces = self.log.pieces()
        if not pieces:
            return
        if self._piece not in pieces:
            self._piece, self._read_to = pieces[-2:][0], 0
        while True:
            lines, self._read_to = self.log.lines(self._piece, self._read_to)
            for line in lines:
                if isinstance(line, Totals):
                    self.totals = line
                else:
                    self._add(line)
            if self._piece == pieces[-1]:
                return
            self._piece, self._read_to = self._piece + 1, 0

    def recent(self, arm: Arm) -> Recent:
        """The last requests of an arm, those of a shadow too."""
        return recent_of(list(self._windows[arm]))

    def _add(self, request: Request) -> None:
        self.totals.add(request)
        self._windows[request.arm].append((request.key, request.answer))
        if request.shadow is not None:
            self._windows["candidate"].append((request.key, request.shadow))


def recent_of(window: Sequence[tuple[str, Answer]]) -> Recent:
    """What the last requests come to, oldest first."""
    times = sorted(answer.ms for _, answer in window if not answer.failed)
    by_key = {key: answer.failed for key, answer in window}
    return Recent(
        requests=len(window),
        p95_ms=times[math.ceil(0.95 * len(times)) - 1] if times else None,
        keys=len(by_key),
        failed=sum(by_key.values()),
    )
