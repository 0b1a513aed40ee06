"""Bytes that the console sends, counted on a real pseudo-terminal."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "console.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    sys.path.insert(0, str(BENCHMARK.parent))
    specification = importlib.util.spec_from_file_location("console_benchmark", BENCHMARK)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    try:
        specification.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARK.parent))
    return module


@pytest.mark.slow
def test_six_live_charts_and_bars_stay_within_a_kilobyte_a_second(benchmark: ModuleType) -> None:
    assert 0 < benchmark.measure(benchmark.scene("ours", 1), 4.0).bytes_per_s <= 1024


@pytest.mark.slow
def test_the_console_on_six_live_runs_stays_within_two_kilobytes_a_second(benchmark: ModuleType) -> None:
    assert 0 < benchmark.finetop(6, 4.0).bytes_per_s <= 2048


@pytest.mark.slow
def test_an_idle_screen_sends_nothing(benchmark: ModuleType) -> None:
    assert benchmark.measure(benchmark.scene("ours", 0), 2.0).bytes_per_s == 0
