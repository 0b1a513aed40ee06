"""What goes to the console: never more on its way than the console has room for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import BinaryIO

from engine.attach.protocol import WINDOW_BYTES, Message, to_line


class NobodyListensError(Exception):
    """The console is gone."""


class Outbox:
    """Writes lines and counts what was taken. `say` may wait for the stream, and is called by one thread alone."""

    def __init__(self, stream: BinaryIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._sent = self._taken = 0
        self._lock = threading.Lock()
        self.spoke_at = clock()

    @property
    def has_room(self) -> bool:
        """Whether more may be sent now."""
        with self._lock:
            return self._sent - self._taken < WINDOW_BYTES

    def say(self, message: Message) -> None:
        """Send a message. Raises NobodyListensError."""
        line = to_line(message)
        try:
            self._stream.write(line)
            self._stream.flush()
        except (OSError, ValueError) as problem:  # a ValueError where the stream is closed
            raise NobodyListensError from problem
        with self._lock:
            self._sent += len(line)
        self.spoke_at = self._clock()

    def taken(self, count: int) -> None:
        """The console has read so many bytes in all. It cannot have read more than was sent."""
        with self._lock:
            self._taken = min(max(self._taken, count), self._sent)
