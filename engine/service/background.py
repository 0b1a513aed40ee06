"""What has to happen from time to time as long as the service lives: each chore in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

LEAVE_WITHIN_S = 5.0
_LOG = logging.getLogger("uvicorn.error")


class Resident(Protocol):
    """Something with threads of its own that lives as long as the service."""

    def start(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Chore:
    """Work that is done again and again."""

    name: str
    every_s: float
    """From the end of one time to the beginning of the next."""
    work: Callable[[], object]
    first_after_s: float = 0.0


class Background:
    """Starts chores and residents, and ends them. One that fails is logged and done again at its next time."""

    def __init__(self) -> None:
        self._chores: list[Chore] = []
        self._residents: list[Resident] = []
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    def add(self, name: str, every_s: float, work: Callable[[], object], *, first_after_s: float = 0.0) -> None:
        """A chore, before `start`."""
        self._chores.append(Chore(name, every_s, work, first_after_s))

    def adopt(self, resident: Resident) -> None:
        """Start and close it with the others; before `start`."""
        self._residents.append(resident)

    def start(self) -> None:
        for resident in self._residents:
            resident.start()
        for chore in self._chores:
            thread = threading.Thread(target=self._repeat, args=(chore,), name=chore.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Begin nothing more, and wait a little for what is being done. What is written is written whole, so that
        what takes longer may be cut off."""
        self._stop.set()
        for resident in self._residents:
            resident.close()
        until = time.monotonic() + LEAVE_WITHIN_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _repeat(self, chore: Chore) -> None:
        self._stop.wait(chore.first_after_s)
        while not self._stop.is_set():
            # The edge of a thread: what goes wrong today must not end it for good.
            try:
                chore.work()
            except Exception:
                _LOG.exception("%s failed; tried again in %g s", chore.name, chore.every_s)
            self._stop.wait(chore.every_s)
