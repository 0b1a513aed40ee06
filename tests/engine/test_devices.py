import os
import subprocess
import sys
import time

import pytest

from engine import devices
from engine.devices import Device, figures, list_devices
from engine.process_figures import gpus_of


def test_there_is_always_a_cpu() -> None:
    cpu = list_devices()[-1]
    assert cpu.name == "cpu"
    assert cpu.title
    assert cpu.memory_mib > 0


def test_figures_have_their_units_and_are_plausible() -> None:
    figures()
    sum(number * number for number in range(300_000))
    values = figures()
    assert 0 < values["host/memory_used_mib"] < values["host/memory_total_mib"]
    assert 1 < values["process/memory_mib"] < values["host/memory_total_mib"]
    assert 0 <= values.get("cpu/utilisation_percent", 0.0) <= 100


def test_the_memory_of_a_process_includes_its_children() -> None:
    held = subprocess.Popen(
        [sys.executable, "-c", "x = b'1' * (64 << 20); print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert held.stdout is not None
    held.stdout.readline()
    with_child = figures(os.getpid())["process/memory_mib"]
    held.communicate(b"\n")
    assert with_child - figures(os.getpid())["process/memory_mib"] > 50


def test_of_a_named_process_the_part_of_the_processors_is_known() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        figures(busy.pid)
        time.sleep(0.3)
        values = figures(busy.pid)
        busy.kill()
    assert 0 < values["process/cpu_percent"] <= 100 / (os.cpu_count() or 1) + 10
    assert "process/cpu_percent" not in figures()


class Used:
    """What NVML says of processes on a GPU."""

    NVMLError = OSError

    class Entry:
        def __init__(self, **facts: int | None) -> None:
            self.__dict__.update(facts)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: str) -> list["Used.Entry"]:
        if handle == "other":
            raise OSError
        return [self.Entry(pid=7, usedGpuMemory=3 << 30), self.Entry(pid=8, usedGpuMemory=1 << 30),
                self.Entry(pid=99, usedGpuMemory=5 << 30), self.Entry(pid=9, usedGpuMemory=None)]  # fmt: skip

    def nvmlDeviceGetProcessUtilization(self, handle: str, since: int) -> list["Used.Entry"]:
        return [self.Entry(pid=7, timeStamp=1, smUtil=10), self.Entry(pid=7, timeStamp=2, smUtil=60),
                self.Entry(pid=99, timeStamp=2, smUtil=30)]  # fmt: skip


def test_what_a_run_uses_of_a_gpu_is_that_of_its_own_processes() -> None:
    gpus = [("cuda:0", "one"), ("cuda:1", "other")]
    assert gpus_of([7, 8, 9], Used(), gpus) == {
        "process/cuda:0/memory_mib": 4096.0,
        "process/cuda:0/utilisation_percent": 60.0,
        "process/cuda:1/utilisation_percent": 60.0,
    }
    assert gpus_of([5], Used(), gpus) == {}


class Nvml:
    """Two GPUs, as NVML shows them; the second one hides its power."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        pass

    class Figures:
        gpu, total, used = 40, 80 << 30, 8 << 30

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> str:
        if index > 1:
            raise self.NVMLError
        return f"GPU-{index}"

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:
        return uuid

    def nvmlDeviceGetUUID(self, handle: str) -> str:
        return handle

    def nvmlDeviceGetName(self, handle: str) -> bytes:
        return b"H100"

    def nvmlDeviceGetMemoryInfo(self, handle: str) -> "Nvml.Figures":
        return self.Figures()

    nvmlDeviceGetUtilizationRates = nvmlDeviceGetMemoryInfo

    def nvmlDeviceGetTemperature(self, handle: str, sensor: int) -> int:
        return 55

    NVML_TEMPERATURE_THRESHOLD_SLOWDOWN = 1

    def nvmlDeviceGetTemperatureThreshold(self, handle: str, threshold: int) -> int:
        return 93

    def nvmlDeviceGetPowerUsage(self, handle: str) -> int:
        if handle == "GPU-1":
            raise self.NVMLError
        return 300_500


@pytest.fixture
def _two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_nvml", Nvml)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.usefixtures("_two_gpus")
def test_gpus_are_listed_before_the_cpu() -> None:
    assert [device.name for device in list_devices()] == ["cuda:0", "cuda:1", "cpu"]
    assert list_devices()[0] == Device("cuda:0", "H100", 81920, "GPU-0")


@pytest.mark.usefixtures("_two_gpus")
@pytest.mark.parametrize(
    ("visible", "uuids"), [("1", ["GPU-1"]), ("1,0", ["GPU-1", "GPU-0"]), ("GPU-1", ["GPU-1"]), ("", []), ("7,0", [])]
)
def test_gpus_are_counted_as_cuda_counts_them(
    monkeypatch: pytest.MonkeyPatch, visible: str, uuids: list[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    gpus = list_devices()[:-1]
    assert [gpu.uuid for gpu in gpus] == uuids
    assert [gpu.name for gpu in gpus] == [f"cuda:{number}" for number in range(len(uuids))]


@pytest.mark.usefixtures("_two_gpus")
def test_a_figure_that_cannot_be_read_is_absent() -> None:
    values = figures()
    assert values["cuda:0/power_w"] == 300.5
    assert "cuda:1/power_w" not in values
    assert values["cuda:1/memory_used_mib"] == 8192
    assert values["cuda:1/temperature_c"] == 55
    assert values["cuda:1/slowdown_c"] == 93


def test_asking_for_devices_imports_nothing_heavy() -> None:
    code = (
        "import sys; from engine.devices import figures, list_devices; list_devices(); figures(); "
        "print([m for m in ('torch', 'numpy', 'psutil', 'pydantic') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
