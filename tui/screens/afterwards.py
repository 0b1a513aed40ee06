"""What belongs to the row under the cursor is shown after the cursor itself: no key waits for charts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

FAST_S = 0.15
"""Keys that come faster than this belong together: somebody is on the way to another row."""
REST_S = 0.06
"""Of keys that belong together the last one was pressed when none came for so long."""


class Afterwards:
    """Does the work once the screen has been painted; of keys that come fast, once for all of them."""

    def __init__(
        self, screen: Screen[None], work: Callable[[], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._screen, self._work, self._clock = screen, work, clock
        self._asked_at = float("-inf")
        self._ticket = 0
        self._timer: Timer | None = None
        self.waiting = False
        """Whether it was asked for and is still to be done."""

    def ask(self) -> None:
        """Do it soon."""
        now = self._clock()
        fast = now - self._asked_at < FAST_S
        self._asked_at, self.waiting = now, True
        self._ticket += 1
        ticket = self._ticket
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if fast:
            self._timer = self._screen.set_timer(REST_S, lambda: self._do(ticket))
        else:
            self._screen.call_after_refresh(self._do, ticket)

    def _do(self, ticket: int) -> None:
        if ticket == self._ticket and self.waiting:
            self.waiting = False
            self._work()
