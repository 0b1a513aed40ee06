"""Signals as facts that a loop can wait for."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType


class Signals:
    """TERM and INT are remembered, the end of a child and any signal end a wait, HUP is ignored."""

    def __init__(self) -> None:
        self.terminate = ""
        """Name of the signal that asked this process to end; empty before."""
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._remember)

    def wait(self, timeout_s: float) -> None:
        """Sleep, until a signal comes or the time is over."""
        if select.select([self._read], [], [], timeout_s)[0]:
            os.read(self._read, 4096)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.terminate = signal.Signals(number).name
