"""Memory that processes share, without a name: it is gone with the last process that holds it.

Not in /dev/shm, which containers make small: who writes past its end is killed by SIGBUS.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.reduction import DupFd
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NUMBERS = 6
"""Kept of each array: where it begins (0: it is not kept), its shape, and two numbers of whoever keeps it."""


def anonymous_file(size: int) -> int:
    """A descriptor of `size` bytes of zeros, which take memory where they are written to."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("finetop", os.MFD_CLOEXEC)
    else:  # macOS
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    return fd


class SharedArrays:
    """Arrays of bytes (height × width × channels) by number, kept until the room is full. Sent to another process,
    it is the same memory there: what one has kept, all find.

    What is kept stays: every epoch asks for every number once, and then the last used ones are the least wanted.
    """

    def __init__(self, count: int, room: int) -> None:
        self._count, self._room = count, room
        self._open(anonymous_file(self._begin + room))

    def get(self, number: int) -> tuple[NDArray[np.uint8], tuple[int, int]] | None:
        """The array, which must not be written to, and the two numbers kept with it; None when it is not kept."""
        if number in self._known:
            return self._known[number]
        with self._locked(fcntl.LOCK_SH):
            begin, height, width, channels, *note = self._index[number].tolist()
        if not begin:
            return None
        array = self._bytes[begin : begin + height * width * channels].reshape(height, width, channels)
        array.flags.writeable = False
        self._known[number] = array, (note[0], note[1])
        return self._known[number]

    def keep(self, number: int, array: NDArray[np.uint8], note: Sequence[int]) -> None:
        """Keep an array if there is room and no other process has kept it."""
        with self._locked(fcntl.LOCK_EX):
            begin = self._begin + self.used
            if self._index[number, 0] or self.used + array.nbytes > self._room:
                return
            self._bytes[begin : begin + array.nbytes] = array.reshape(-1)
            self._index[number] = (begin, *array.shape, *note)
            self._used[0] += array.nbytes

    @property
    def used(self) -> int:
        """Bytes kept."""
        return int(self._used[0])

    @property
    def _begin(self) -> int:
        return 8 * (1 + _NUMBERS * self._count)

    def _open(self, fd: int) -> None:
        self._fd = fd
        self._known: dict[int, tuple[NDArray[np.uint8], tuple[int, int]]] = {}
        self._map = mmap.mmap(fd, self._begin + self._room)
        self._bytes = np.frombuffer(self._map, dtype=np.uint8)
        numbers = np.frombuffer(self._map, dtype=np.int64, count=self._begin // 8)
        self._used, self._index = numbers[:1], numbers[1:].reshape(self._count, _NUMBERS)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        # A lock of the kernel: it orders what cores see, and a killed process gives it back.
        fcntl.lockf(self._fd, how)
        try:
            yield
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN)

    def __getstate__(self) -> dict[str, Any]:
        return {"count": self._count, "room": self._room, "fd": DupFd(self._fd)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._count, self._room = state["count"], state["room"]
        self._open(state["fd"].detach())

    def __del__(self) -> None:
        if hasattr(self, "_fd"):
            os.close(self._fd)
