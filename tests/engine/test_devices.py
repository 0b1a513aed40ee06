import os
import subprocess
import sys

import pytest

from engine import devices
from engine.devices import Device, figures, list_devices


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
