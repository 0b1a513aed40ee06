"""Queues: so many requests of a kind at once; one more is told to come back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from engine.service.errors import Refused


class Lanes:
    """Counts what is in work. Used on the event loop alone."""

    def __init__(self, most: Mapping[str, int], retry_after_s: int = 1) -> None:
        self._most, self._retry_after_s = dict(most), retry_after_s
        self.busy: dict[str, int] = dict.fromkeys(most, 0)
        """Lane → requests in work or waiting."""

    @contextlib.contextmanager
    def place(self, lane: str) -> Iterator[None]:
        """A place in a lane as long as the block lasts. Raises Refused (429) where there is none."""
        if self.busy[lane] >= self._most[lane]:
            raise Refused(
                429,
                f"{self._most[lane]} requests of this kind are being worked at",
                fix="try again in a moment",
                headers={"Retry-After": str(self._retry_after_s)},
            )
        self.busy[lane] += 1
        try:
            yield
        finally:
            self.busy[lane] -= 1
