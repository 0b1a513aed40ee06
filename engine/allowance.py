"""What this process may use of the machine: fewer cores and less memory than it has, in a container."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

FREE_SHARE = 0.5
"""Part of the free memory that may be taken for what could also be made anew."""
_ROOT = Path("/sys/fs/cgroup")


def usable_cpus() -> int:
    """Cores that affinity and control groups leave to this process, at least one."""
    try:
        cpus = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        cpus = os.cpu_count() or 1
    for group in _groups():
        with contextlib.suppress(OSError, ValueError):
            quota, period = (group / "cpu.max").read_text().split()
            cpus = min(cpus, int(quota) // int(period))
    return max(1, cpus)


def free_memory_bytes() -> int:
    """Memory that can still be used: of the machine, and of the control groups that this process is in."""
    import psutil

    free = int(psutil.virtual_memory().available)
    for group in _groups():
        with contextlib.suppress(OSError, ValueError):
            most = int((group / "memory.max").read_text())
            free = min(free, most - int((group / "memory.current").read_text()))
    return max(0, free)


def room_bytes(wanted_mib: int, free_bytes: int) -> int:
    """What may be kept in memory: as much as is wanted, and never more than a share of what is free."""
    return min(wanted_mib * 2**20, int(free_bytes * FREE_SHARE))


def _groups() -> Iterator[Path]:
    """Directories of this process's control group (version 2) and of those above it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            if line.startswith("0::"):
                group = _ROOT / line[3:].lstrip("/")
                yield group
                while group != _ROOT and _ROOT in group.parents:
                    group = group.parent
                    yield group
