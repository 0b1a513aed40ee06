"""Writes a run directory as a worker and its trainer do, and holds the lock: whoever looks sees a live run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import msgspec

from engine.errors import InputError
from engine.events.schema import Event
from engine.runs.locks import lock_for_good
from engine.runs.paths import RunPaths


@dataclass
class FakeWorker:
    """Alive from `hold` to `die`."""

    paths: RunPaths
    _seq: dict[bool, int] = field(default_factory=dict, repr=False)
    _lock: int | None = field(default=None, repr=False)

    def hold(self) -> Self:
        """Be alive. Raises InputError where the run has a worker."""
        self._lock = lock_for_good(self.paths.lock)
        if self._lock is None:
            raise InputError(f"run {self.paths.id} already has a worker", fix="play another")
        return self

    def die(self) -> None:
        """Be gone, as after a kill. Twice is no harm."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def say(self, *events: Event, status: bool = False) -> None:
        """Append these events now, numbered anew."""
        self.append(self._numbered(events, status), status=status)

    def append(self, lines: bytes, *, status: bool = False) -> None:
        """Append whole lines as they are to what the trainer writes, or to what the worker does."""
        if lines:
            with (self.paths.status if status else self.paths.events).open("ab") as file:
                file.write(lines)

    def _numbered(self, events: Sequence[Event], status: bool) -> bytes:
        first = self._seq.get(status, 0)
        self._seq[status] = first + len(events)
        numbered = (msgspec.structs.replace(event, seq=first + place) for place, event in enumerate(events))
        return b"".join(msgspec.json.encode(event) + b"\n" for event in numbered)
