"""flock: held by a process as long as it lives, given back by the kernel."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

_PROBE_WINDOW_S = 0.5


def try_lock(path: Path, *, patience_s: float = 0.0) -> int | None:
    """Take the lock of `path` (made if missing); the descriptor holds it. None when another has it.

    `patience_s`: keep trying so long, because somebody who only looks holds it for microseconds.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    deadline = time.monotonic() + patience_s
    while not lock(fd):
        if time.monotonic() >= deadline:
            os.close(fd)
            return None
        time.sleep(0.002)
    return fd


def lock(fd: int) -> bool:
    """Take the lock of an open file; False when another has it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_for_good(path: Path) -> int | None:
    """`try_lock` that does not give up because somebody was just looking."""
    return try_lock(path, patience_s=_PROBE_WINDOW_S)


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock. Shared, so that those who look do not see each other."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
