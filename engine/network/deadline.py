"""A moment after which nothing is waited for, and the error for what the network does not give."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

from engine.errors import DataError


class Unreachable(DataError):
    """The network or the other side failed; the same request may succeed later."""


class NoConnection(Unreachable):
    """Nothing was sent: there is no such host, or nobody listens there."""


class Deadline:
    """A moment after which nothing is waited for, however slowly bytes keep coming."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        return max(0.001, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def error(self) -> Unreachable:
        return Unreachable(f"took longer than {self._seconds:g} s", fix="try again later")

    @contextlib.contextmanager
    def cutting(self, sock: socket.socket) -> Iterator[None]:
        """Shut the socket down when the time is up: a timeout of its own begins anew with each byte."""

        def cut() -> None:
            with contextlib.suppress(OSError):
                # Of the plain socket: that of an SSLSocket would take the encryption away under the reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

        timer = threading.Timer(self.left_s, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
