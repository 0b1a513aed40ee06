import os
import time
from pathlib import Path

import pytest

from engine.runs import control
from engine.runs.control import StopPoll, clear_requests, request_stop, stop_requested
from engine.runs.paths import RunPaths
from engine.tasks.contract import Stop


@pytest.fixture
def run(tmp_path: Path) -> RunPaths:
    return RunPaths(tmp_path)


def test_nothing_is_asked_at_first(run: RunPaths) -> None:
    assert stop_requested(run) is Stop.NO


def test_stop_now_outweighs_stop_after_the_step_and_is_not_taken_back(run: RunPaths) -> None:
    request_stop(run)
    assert stop_requested(run) is Stop.AFTER_STEP
    request_stop(run, now=True)
    assert stop_requested(run) is Stop.NOW
    request_stop(run)
    assert stop_requested(run) is Stop.NOW
    clear_requests(run)
    assert stop_requested(run) is Stop.NO


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"stop": 3}', b'{"stop": "later"}', b"\xff"])
def test_an_unreadable_request_is_none(run: RunPaths, content: bytes) -> None:
    run.control.write_bytes(content)
    assert stop_requested(run) is Stop.NO


def test_the_poll_sees_each_request_and_looks_at_most_every_50_ms(
    run: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(control.time, "monotonic", lambda: now[0])
    poll = StopPoll(run)
    assert poll() is Stop.NO
    request_stop(run)
    assert poll() is Stop.NO
    now[0] += 0.06
    assert poll() is Stop.AFTER_STEP
    request_stop(run, now=True)
    now[0] += 0.06
    assert poll() is Stop.NOW


def test_asking_in_every_step_costs_next_to_nothing(run: RunPaths) -> None:
    poll = StopPoll(run)
    started = time.process_time()
    for _ in range(100_000):
        poll()
    assert (time.process_time() - started) / 100_000 < 5e-6


def test_a_request_is_complete_or_absent(run: RunPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda fd: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        request_stop(run, now=True)
    assert list(run.root.iterdir()) == []
