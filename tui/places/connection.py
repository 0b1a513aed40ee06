"""One connection to a workspace elsewhere: its process, and what waits to be written to it."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from engine.attach.protocol import Message, Ping

MOST_WAITING = 64


@dataclass
class Connection:
    process: subprocess.Popen[bytes]
    out: queue.Queue[Message] = field(default_factory=lambda: queue.Queue(MOST_WAITING))
    words: deque[str] = field(default_factory=lambda: deque(maxlen=10))
    began: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)
    greeted: bool = False
    silent: bool = False
    said: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def say(self, message: Message) -> None:
        """Put a message out; one that takes nothing any more is ended."""
        try:
            self.out.put_nowait(message)
        except queue.Full:
            self.end()

    def end(self) -> None:
        """End the process, whatever it does."""
        self.ended.set()
        with contextlib.suppress(queue.Full):
            self.out.put_nowait(Ping())  # wakes the thread that writes, which sees that it is over
        with contextlib.suppress(OSError):
            self.process.kill()
