"""A kill ends the processes of one run, whatever state they are in, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, WorkError
from engine.runs import killing
from engine.runs.handle import RunHandle
from engine.runs.locks import is_locked, try_lock
from engine.runs.paths import RunPaths

FOREVER: list[dict[str, Any]] = [{"checkpoint": True}, {"pause": "here"}]


def eventually(condition: Callable[[], object]) -> bool:
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return bool(condition())


def test_a_killed_run_is_stopped_and_can_be_resumed(bench: Any) -> None:
    run = bench.start([{"checkpoint": True}, {"hang": True, "once": True}])
    assert eventually(lambda: any(event["type"] == "checkpoint" for event in bench.events(run.paths)))
    began = time.monotonic()
    run.kill()
    assert time.monotonic() - began < 2
    view = run.view()
    assert (view.state, view.reason, view.message) == ("stopped", "stopped by user", "killed")
    bench.assert_nothing_left(run.paths)
    assert run.resume().wait(60).state == "done"


@pytest.mark.slow
def test_a_worker_that_does_not_answer_is_killed_with_its_trainer_and_no_other_run(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(killing, "ANSWER_WITHIN_S", 0.3)
    monkeypatch.setenv("FINETOP_CPU_SLOTS", "2")
    run, other = bench.start(FOREVER), bench.start(FOREVER)
    bench.wait_halted(run.paths)
    bench.wait_halted(other.paths)
    os.kill(bench.pid_of(run.paths, "worker"), signal.SIGSTOP)
    run.kill()
    assert (run.view().state, run.view().message) == ("stopped", "killed")
    assert other.view().state == "running"
    other.kill()
    bench.assert_nothing_left(run.paths)


def test_a_queued_run_leaves_the_queue(bench: Any) -> None:
    first = bench.start(FOREVER)
    waiting = bench.start(FOREVER)
    assert waiting.view().state == "queued"
    waiting.kill()
    assert waiting.view().state == "stopped" and first.view().state in ("queued", "starting", "running")
    first.kill()


SCRIPT = """
import subprocess, sys, time
from engine.events import Run
with Run("probe", workspace=sys.argv[1]) as run:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(run.paths.root, child.pid, flush=True)
    time.sleep(60)
"""


def test_a_script_that_is_its_own_worker_ends_with_what_it_started(bench: Any) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(bench.workspace.root)], stdout=subprocess.PIPE, text=True
    ) as script:
        assert script.stdout is not None
        root, child = script.stdout.readline().split()
        run = RunHandle(RunPaths(Path(root)))
        run.kill()
        assert script.wait(10) == -signal.SIGKILL
        assert (run.view().state, run.view().message) == ("stopped", "killed")
        with suppress(FileNotFoundError):
            assert Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"


def held(bench: Any, **holder: Any) -> tuple[RunHandle, int]:
    """A run whose lock this process holds, and what its holder says of itself."""
    paths = bench.make(FOREVER)
    fd = try_lock(paths.lock)
    assert fd is not None
    os.write(fd, json.dumps({"pid": os.getpid(), "host": os.uname().nodename, **holder}).encode())
    return RunHandle(paths), fd


@pytest.mark.parametrize(
    ("holder", "error", "says"),
    [
        ({"host": "elsewhere"}, InputError, "worked on by the machine elsewhere"),
        ({"pid": 1}, WorkError, "process 1 is not the one"),
        ({"pid": "x"}, WorkError, "nobody knows which process"),
    ],
)
def test_nobody_is_killed_who_does_not_provably_hold_the_lock(
    bench: Any, monkeypatch: pytest.MonkeyPatch, holder: dict[str, Any], error: type[Exception], says: str
) -> None:
    monkeypatch.setattr(killing, "ANSWER_WITHIN_S", 0.0)
    run, fd = held(bench, **holder)
    with pytest.raises(error, match=says):
        run.kill()
    assert is_locked(run.paths.lock)
    os.close(fd)


def test_what_is_over_cannot_be_killed(bench: Any) -> None:
    run = bench.start([])
    run.wait(60)
    with pytest.raises(InputError, match="is over"):
        run.kill()
