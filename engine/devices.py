"""Devices and their figures: NVML for GPUs, /proc for the machine. Never torch."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.process_figures import cpu_of, gpus_of, memory_of, tree_of

CPU_SLOTS_VARIABLE = "FINETOP_CPU_SLOTS"
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Device:
    """Something to train on, named as torch names it."""

    name: str
    """`cpu`, `cuda:0` …"""
    title: str
    memory_mib: int
    uuid: str = ""


def list_devices() -> list[Device]:
    """The GPUs that `CUDA_VISIBLE_DEVICES` leaves visible, then the CPU."""
    return [*(device for device, _ in _gpus()), _cpu()]


def cpu_slots() -> int:
    """How many runs may train on the CPU at once: `FINETOP_CPU_SLOTS`, one by default."""
    given = os.environ.get(CPU_SLOTS_VARIABLE, "")
    return max(1, int(given)) if given.isdigit() else 1


def figures(pid: int | None = None) -> dict[str, float]:
    """What devices and machine do now: percent, MiB, °C, W. A figure that cannot be read is absent.

    `process/memory_mib` is that of `pid` and its children (this process when None). With a `pid` there is also what
    part of the processors and GPUs these use. CPU utilisation is that since the last call; the first call gives none.
    """
    return {**_gpu_figures(), **_cpu_figures(), **_host_memory(), **_process(pid)}


def disk_figures(path: Path) -> dict[str, float]:
    """How much of the disk that a directory lies on is free, in MiB; nothing where it cannot be told."""
    with contextlib.suppress(OSError):
        usage = shutil.disk_usage(path)
        return {"disk/free_mib": round(usage.free / _MIB, 1), "disk/total_mib": round(usage.total / _MIB, 1)}
    return {}


def _gpus() -> list[tuple[Device, Any]]:
    nvml = _nvml()
    if nvml is None:
        return []
    found: list[tuple[Device, Any]] = []
    for handle in _visible(nvml):
        with contextlib.suppress(nvml.NVMLError):
            memory = int(nvml.nvmlDeviceGetMemoryInfo(handle).total) // _MIB
            name, uuid = _text(nvml.nvmlDeviceGetName(handle)), _text(nvml.nvmlDeviceGetUUID(handle))
            found.append((Device(f"cuda:{len(found)}", name, memory, uuid), handle))
    return found


def _visible(nvml: Any) -> Iterator[Any]:
    """Handles in the order in which CUDA numbers them (trainers run with CUDA_DEVICE_ORDER=PCI_BUS_ID)."""
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES")
    if wanted is None:
        wanted = ",".join(str(index) for index in range(nvml.nvmlDeviceGetCount()))
    for entry in filter(None, (part.strip() for part in wanted.split(","))):
        try:
            if entry.isdigit():
                yield nvml.nvmlDeviceGetHandleByIndex(int(entry))
            else:
                yield nvml.nvmlDeviceGetHandleByUUID(entry)
        except nvml.NVMLError:
            return  # CUDA too ignores what follows an entry that does not exist


@cache
def _nvml() -> Any:
    """The NVML binding, initialised; None without a driver, and then not even imported."""
    if not any(Path(node).exists() for node in ("/dev/nvidiactl", "/dev/dxg")):
        return None
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # a driver of another version fails in ways of its own; the CPU still works
        return None
    return pynvml


def _gpu_figures() -> dict[str, float]:
    values: dict[str, float] = {}
    nvml = _nvml()
    for device, handle in _gpus():
        name = device.name
        with contextlib.suppress(nvml.NVMLError):
            values[f"{name}/utilisation_percent"] = float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
        with contextlib.suppress(nvml.NVMLError):
            memory = nvml.nvmlDeviceGetMemoryInfo(handle)
            values[f"{name}/memory_used_mib"] = round(memory.used / _MIB, 1)
            values[f"{name}/memory_total_mib"] = round(memory.total / _MIB, 1)
        with contextlib.suppress(nvml.NVMLError):
            sensor = nvml.NVML_TEMPERATURE_GPU
            values[f"{name}/temperature_c"] = float(nvml.nvmlDeviceGetTemperature(handle, sensor))
        with contextlib.suppress(nvml.NVMLError):
            threshold = nvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN
            values[f"{name}/slowdown_c"] = float(nvml.nvmlDeviceGetTemperatureThreshold(handle, threshold))
        with contextlib.suppress(nvml.NVMLError):
            values[f"{name}/power_w"] = round(nvml.nvmlDeviceGetPowerUsage(handle) / 1000, 1)
    return values


def _cpu() -> Device:
    return Device("cpu", _cpu_title(), int(_host_memory().get("host/memory_total_mib", 0)))


@cache
def _cpu_title() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return os.uname().machine


_last_cpu: tuple[float, float] | None = None


def _cpu_figures() -> dict[str, float]:
    global _last_cpu
    try:
        fields = [float(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return {}
    total, idle = sum(fields), fields[3] + fields[4]
    before, _last_cpu = _last_cpu, (total, idle)
    if before is None or total <= before[0]:
        return {}
    busy = 1 - (idle - before[1]) / (total - before[0])
    return {"cpu/utilisation_percent": round(100 * min(1.0, max(0.0, busy)), 1)}


def _host_memory() -> dict[str, float]:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        kib = {line.split(":")[0]: float(line.split()[1]) for line in lines[:5]}
        total, available = kib["MemTotal"] / 1024, kib["MemAvailable"] / 1024
    except (OSError, ValueError, KeyError, IndexError):
        return {}
    return {"host/memory_used_mib": round(total - available, 1), "host/memory_total_mib": round(total, 1)}


def _process(pid: int | None) -> dict[str, float]:
    tree = tree_of(pid or os.getpid())
    if pid is None:
        return memory_of(tree)
    nvml = _nvml()
    gpus = [(device.name, handle) for device, handle in _gpus()] if nvml is not None else []
    return {**memory_of(tree), **cpu_of(pid, tree), **(gpus_of(tree, nvml, gpus) if gpus else {})}


def _text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def boot_id() -> str:
    """Identifies this boot of this machine, so that a run can tell that the machine was restarted."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return str(int(time.time() - time.monotonic()))
