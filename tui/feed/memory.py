"""What the C library does with memory that is no longer needed: by itself it keeps much of it, for hours."""

from __future__ import annotations

import contextlib
import ctypes

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""Of glibc's mallopt."""
APART_BYTES = 1024 * 1024
"""From this size on memory is asked of the system, and goes back to it when it is freed."""
ARENAS = 2
"""Places that memory of threads is taken from; each keeps what it once had."""


def keep_little() -> None:
    """Let long series go back to the system when they are dropped.

    Else the C library learns from each array that was freed to keep arrays of that size, up to 32 MiB.
    """
    with contextlib.suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, APART_BYTES)
        library.mallopt(_M_ARENA_MAX, ARENAS)


def give_back_memory() -> None:
    """Let the system have what reading a long file took."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
