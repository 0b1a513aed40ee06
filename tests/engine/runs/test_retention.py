"""Which trainings on feedback stay on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.events.writer import EventWriter
from engine.runs.locks import try_lock
from engine.runs.paths import RunPaths
from engine.runs.retention import Kept, prune, superseded
from engine.runs.spec import Continuation, RunSpec
from engine.runs.store import create_run, list_runs
from engine.workspace import Workspace


def kept(text: str) -> list[Kept]:
    """`c:done<b b:done<a`: id, state and what it started from, newest first."""
    found = []
    for word in text.split():
        run, _, rest = word.partition(":")
        state, _, start = rest.partition("<")
        found.append(Kept(run, state, start))  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("runs", "keep", "gone"),
    [
        ("c:done<b b:done<a a:done<base", 0, ""),
        ("c:done<b b:done<a a:done<base", 1, "b a"),
        ("c:done<b b:done<a a:done<base", 2, "a"),
        ("c:done<b b:done<a a:done<base", 9, ""),
        ("c:done<b b:failed<a a:done<base", 1, "b a"),
        ("c:failed<b b:done<a a:done<base", 1, "a"),
        ("d:running<b c:done<b b:done<a a:done<base", 1, "a"),
        ("d:queued<a c:done<b b:done<a a:done<base", 1, "b"),
        ("d:stopped<a c:done<b b:done<a a:done<base", 1, "b"),
        ("c:done<b b:running<a a:done<base", 1, ""),
        ("c:stopped<b b:stopped<a a:lost<base", 1, ""),
    ],
)
def test_older_ones_go_unless_another_still_needs_them(runs: str, keep: int, gone: str) -> None:
    assert superseded(kept(runs), keep) == gone.split()


BASE, OLD, LAST = (f"20261120-14321{number}-thermal-faults-7f3a" for number in range(3))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def run(workspace: Workspace, identity: str, start: str | None, state: str = "done", keep: int = 1) -> RunPaths:
    spec = RunSpec(identity, "thermal", "faults", "noop", "", {})
    if start is not None:
        spec = replace(spec, continues=Continuation(start, "d", 0.05, keep))
    paths = create_run(workspace, spec)
    status = EventWriter(paths.status)
    status.run(identity, profile="thermal", model="faults", task="noop", headline="", device="auto")
    status.status(state)  # type: ignore[arg-type]
    status.close()
    return paths


def left(workspace: Workspace) -> list[str]:
    return [paths.id for paths in list_runs(workspace)][::-1]


def test_after_a_success_the_first_training_and_the_newest_ones_are_left(workspace: Workspace) -> None:
    run(workspace, BASE, None)
    run(workspace, OLD, BASE)
    last = run(workspace, LAST, OLD)
    assert prune(last, RunSpec.read(last.spec)) == [OLD]
    assert left(workspace) == [BASE, LAST]


def test_after_a_failure_nothing_goes(workspace: Workspace) -> None:
    run(workspace, BASE, None)
    run(workspace, OLD, BASE)
    last = run(workspace, LAST, OLD, state="failed")
    assert prune(last, RunSpec.read(last.spec)) == []


def test_a_run_whose_worker_still_lives_stays(workspace: Workspace) -> None:
    run(workspace, BASE, None)
    old = run(workspace, OLD, BASE)
    last = run(workspace, LAST, OLD)
    assert try_lock(old.lock) is not None
    assert prune(last, RunSpec.read(last.spec)) == []
    assert left(workspace) == [BASE, OLD, LAST]


def test_runs_of_other_models_and_what_is_no_run_stay(workspace: Workspace) -> None:
    run(workspace, OLD, BASE)
    last = run(workspace, LAST, OLD)
    other = workspace.runs / "20261120-143210-thermal-other-7f3a"
    damaged = workspace.runs / "20261120-143209-thermal-faults-7f3a"
    other.mkdir()
    damaged.mkdir()
    assert prune(last, RunSpec.read(last.spec)) == [OLD]
    assert other.is_dir() and damaged.is_dir()


def test_what_a_run_continues_is_read_as_it_was_written(workspace: Workspace) -> None:
    spec = RunSpec.read(run(workspace, LAST, OLD).spec)
    assert spec.continues == Continuation(OLD, "d", 0.05, 1)
