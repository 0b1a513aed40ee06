"""At most one run per firing, whoever looks, and whenever a process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.registry.history import read_history
from engine.registry.paths import ModelHome
from engine.runs.store import list_runs
from engine.triggers.log import remembered
from engine.triggers.tending import tend
from engine.workspace import Workspace

from .conftest import judge

Write = Callable[..., Path]
CHECK = """
import os, signal, sys
from pathlib import Path
import engine.api, engine.runs.launchers, engine.runs.store
from engine.triggers import firing, log
from engine.triggers.tending import tend
from engine.workspace import Workspace

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

engine.runs.launchers.launch = lambda paths: None
where = sys.argv[3]
if where == "before the run":
    engine.runs.store.create_run = die
if where == "before its worker":
    engine.runs.launchers.launch = die
if where == "before it is told":
    firing._tell = die
if where == "before it is written down":
    real = firing.add
    firing.add = lambda home, line: die() if isinstance(line, log.Started) else real(home, line)
print(tend(Workspace(Path(sys.argv[1])), [sys.argv[2]]).answers[0].run)
"""
MOMENTS = ("before the run", "before its worker", "before it is told", "before it is written down")


def look(workspace: Workspace, profile: Path, die: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHECK, str(workspace.root), str(profile), die]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_kill_the_next_look_ends_what_was_begun(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str], moment: str
) -> None:
    path = profile("name: more, data: {examples: 1}")
    judge(workspace, right=1, wrong=0)
    killed = look(workspace, path, moment)
    assert killed.wait(60) == -signal.SIGKILL
    meant = remembered(home).open
    assert meant is not None
    assert meant.started is None
    assert len(list_runs(workspace)) == (0 if moment == "before the run" else 1)

    tend(workspace, [path])
    tend(workspace, [path])

    (run,) = list_runs(workspace)
    assert run.id == meant.intent.run
    assert no_worker.count(run.id) >= 1
    opened = remembered(home).open
    assert opened is not None
    assert opened.started is not None
    assert len(remembered(home).firings) == 1
    assert [entry.detail["run"] for entry in read_history(ModelHome(home))] == [run.id]


@pytest.mark.slow
def test_of_many_processes_that_look_at_once_one_starts_a_run(workspace: Workspace, profile: Write) -> None:
    path = profile("name: more, data: {examples: 1}")
    judge(workspace, right=1, wrong=0)
    looking = [look(workspace, path) for _ in range(6)]
    said = [process.communicate(timeout=60)[0].strip() for process in looking]
    (run,) = list_runs(workspace)
    assert sorted(set(said)) == sorted({"None", run.id})
    assert said.count(run.id) == 1


def test_an_intent_that_nobody_carried_out_for_a_day_is_given_up(
    workspace: Workspace, home: Path, profile: Write, no_worker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = profile("name: more, data: {examples: 1}")
    judge(workspace, right=1, wrong=0)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr("engine.triggers.firing._train", die)
    with pytest.raises(Killed):
        tend(workspace, [path], now=1_000_000.0)
    monkeypatch.undo()
    (settled,) = tend(workspace, [path], now=1_000_000.0 + 25 * 3600).settled
    assert (settled.outcome, settled.why) == ("given up", "nobody carried it out within a day")
