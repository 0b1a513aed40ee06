"""What a process may use of the machine."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from engine import allowance
from engine.allowance import free_memory_bytes, room_bytes, usable_cpus


def test_never_more_than_half_of_the_free_memory_is_kept() -> None:
    assert room_bytes(1024, 8 * 2**30) == 2**30
    assert room_bytes(1024, 2**30) == 2**29
    assert room_bytes(0, 2**30) == 0


def test_a_container_leaves_fewer_cores_and_less_memory_than_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)))
    monkeypatch.setattr(allowance, "_groups", lambda: iter([tmp_path / "inner", tmp_path]))
    assert usable_cpus() == 64
    assert free_memory_bytes() > 0
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "cpu.max").write_text("max 100000\n")
    (tmp_path / "cpu.max").write_text("350000 100000\n")
    (tmp_path / "memory.max").write_text(str(10 * 2**20))
    (tmp_path / "memory.current").write_text(str(4 * 2**20))
    assert usable_cpus() == 3
    assert free_memory_bytes() == 6 * 2**20 <= psutil.virtual_memory().available
