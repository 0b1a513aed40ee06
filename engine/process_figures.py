"""What one process and all that descends from it use: memory, processor, GPUs. /proc and NVML, never torch."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_MIB = 1024 * 1024
_TICKS_S = 1.0 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

_last_cpu: dict[int, tuple[float, float]] = {}
"""Of each root: when it was looked at, and how many processor seconds its tree had used."""
_last_gpu: dict[str, int] = {}
"""Of each GPU: NVML's time of the newest sample that was read."""


def tree_of(pid: int) -> list[int]:
    """A process and its descendants, as far as they live."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        with contextlib.suppress(OSError, ValueError):
            children: list[int] = []
            for task in Path(f"/proc/{current}/task").iterdir():
                children += [int(child) for child in (task / "children").read_text().split()]
            found.append(current)
            waiting += children
    return found


def memory_of(tree: Sequence[int]) -> dict[str, float]:
    """Resident memory of all of them together."""
    pages, seen = 0, False
    for pid in tree:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            seen = True
    return {"process/memory_mib": round(pages * _PAGE / _MIB, 1)} if seen else {}


def cpu_of(root: int, tree: Sequence[int]) -> dict[str, float]:
    """Percent of all processors of the machine since the last call for this root; the first call gives none."""
    used = 0.0
    for pid in tree:
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) * _TICKS_S
    now = time.monotonic()
    before = _last_cpu.get(root)
    _last_cpu.clear()  # whoever asks asks for one root at a time
    _last_cpu[root] = (now, used)
    if before is None or now <= before[0]:
        return {}
    # A descendant that ended took its seconds with it.
    share = max(0.0, used - before[1]) / ((now - before[0]) * (os.cpu_count() or 1))
    return {"process/cpu_percent": round(100 * min(1.0, share), 1)}


def gpus_of(tree: Sequence[int], nvml: Any, gpus: Sequence[tuple[str, Any]]) -> dict[str, float]:
    """Memory and utilisation of the GPUs (name, NVML handle) by these processes.

    A figure that NVML does not give by process is absent: in a container it may know other numbers than we do.
    """
    values: dict[str, float] = {}
    members = set(tree)
    for name, handle in gpus:
        with contextlib.suppress(nvml.NVMLError, AttributeError):
            own = [entry for entry in nvml.nvmlDeviceGetComputeRunningProcesses(handle) if entry.pid in members]
            held = [entry.usedGpuMemory for entry in own if entry.usedGpuMemory is not None]
            if held:
                values[f"process/{name}/memory_mib"] = round(sum(held) / _MIB, 1)
        with contextlib.suppress(nvml.NVMLError, AttributeError):
            samples = nvml.nvmlDeviceGetProcessUtilization(handle, _last_gpu.get(name, 0))
            _last_gpu[name] = max((int(sample.timeStamp) for sample in samples), default=_last_gpu.get(name, 0))
            newest = {sample.pid: sample for sample in sorted(samples, key=lambda sample: int(sample.timeStamp))}
            mine = [float(sample.smUtil) for pid, sample in newest.items() if pid in members]
            if mine:
                values[f"process/{name}/utilisation_percent"] = min(100.0, sum(mine))
    return values
