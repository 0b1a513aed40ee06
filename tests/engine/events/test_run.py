"""A script of somebody else's shows as a run, with its true end."""

import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

import engine.events
from engine.errors import StopRequested
from engine.events.columns import load_columns
from engine.events.schema import Event, LogEvent, ProgressEvent, SampleEvent, SignalEvent, StatusEvent
from engine.events.tail import Tail
from engine.runs.control import request_stop
from engine.runs.locks import is_locked
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec, Target
from engine.runs.state import look
from engine.runs.store import list_runs
from engine.workspace import Workspace


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("FINETOP_WORKSPACE", str(tmp_path / "workspace"))
    return Workspace.locate()


def events_of(path: Path) -> list[Event]:
    batch = Tail(path).read(max_seconds=10)
    assert batch.skipped == 0
    assert [event.seq for event in batch.events] == list(range(len(batch.events)))
    return batch.events


def test_three_lines_make_a_complete_run(workspace: Workspace) -> None:
    with engine.events.Run("my-name", targets={"f1": 0.85, "loss": {"at_most": 0.5}}, config={"lr": 0.1}) as run:
        run.metrics(1, loss=0.3)
    assert [paths.root for paths in list_runs(workspace)] == [run.paths.root]
    spec = RunSpec.read(run.paths.spec)
    assert (spec.task, spec.model, spec.headline, spec.config) == ("external", "my-name", "f1", {"lr": 0.1})
    assert spec.targets == (Target("f1", at_least=0.85), Target("loss", at_most=0.5))
    view = look(run.paths)
    assert (view.state, view.reason, view.model, view.task) == ("done", "done", "my-name", "external")
    assert load_columns(run.paths.events).series("train", "loss").value.tolist() == [0.3]


def test_a_run_is_running_while_its_script_is_and_holds_its_lock() -> None:
    run = engine.events.Run("script")
    assert is_locked(run.paths.lock)
    assert look(run.paths).state == "running"
    run.finish()
    run.finish()
    assert not is_locked(run.paths.lock)
    assert look(run.paths).state == "done"


@pytest.mark.parametrize(
    ("error", "state", "reason", "message"),
    [
        (ZeroDivisionError("division by zero"), "failed", "crash", "ZeroDivisionError: division by zero"),
        (MemoryError(), "failed", "out of memory", "MemoryError: "),
        (KeyboardInterrupt(), "stopped", "stopped by user", ""),
        (StopRequested(), "stopped", "stopped by user", ""),
        (SystemExit(0), "done", "done", ""),
        (SystemExit(3), "failed", "crash", "SystemExit: 3"),
    ],
)
def test_the_end_of_a_run_is_that_of_its_script(error: BaseException, state: str, reason: str, message: str) -> None:
    with pytest.raises(type(error)), engine.events.Run("script") as run:
        raise error
    view = look(run.paths)
    assert (view.state, view.reason, view.message) == (state, reason, message)


def test_a_stop_request_is_seen_and_the_run_ends_as_stopped() -> None:
    with engine.events.Run("script") as run:
        assert not run.should_stop()
        request_stop(run.paths)
        deadline = time.monotonic() + 10
        while not run.should_stop():
            assert time.monotonic() < deadline
        assert look(run.paths).state == "stopping"
    view = look(run.paths)
    assert (view.state, view.reason) == ("stopped", "stopped by user")
    states = [event.state for event in events_of(run.paths.status) if isinstance(event, StatusEvent)]
    assert states == ["starting", "running", "stopping", "stopped"]


def test_a_killed_script_is_shown_as_lost(tmp_path: Path, workspace: Workspace) -> None:
    script = (
        "import engine.events\n"
        "run = engine.events.Run('script')\n"
        "run.metrics(1, loss=1.0)\n"
        "print('ready', flush=True)\n"
        "input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    (paths,) = list_runs(workspace)
    assert look(paths).state == "running"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert look(paths).state == "lost"


def test_progress_comes_with_the_metrics_and_at_the_end() -> None:
    with engine.events.Run("script", steps=1000, epochs=2) as run:
        for step in range(1, 1001):
            run.metrics(step, loss=1.0, epoch=step / 500)
    progress = [event for event in events_of(run.paths.events) if isinstance(event, ProgressEvent)]
    assert 2 <= len(progress) < 500
    last = progress[-1]
    assert (last.step, last.steps, last.epoch, last.epochs) == (1000, 1000, 2.0, 2.0)
    assert last.rate > 0


def test_names_that_are_no_words_come_in_a_mapping_and_odd_numbers_become_gaps() -> None:
    with engine.events.Run("script") as run:
        run.metrics(1, {"f1/STANDARD": "0.5", "split": 2}, split="test", none=None, nan=float("nan"))
    columns = load_columns(run.paths.events)
    assert columns.latest("test", "f1/STANDARD") == 0.5
    assert columns.latest("test", "split") == 2
    for name in ("none", "nan"):
        value = columns.latest("test", name)
        assert value is not None and value != value


def test_what_is_for_people_is_written_too(tmp_path: Path) -> None:
    with engine.events.Run("script") as run:
        run.log("hello", "warning")
        run.sample(1, {"text": "a"}, {"label": "b"})
        run.checkpoint(1, tmp_path / "c", best=True)
    kinds = [type(event).__name__ for event in events_of(run.paths.events)]
    assert kinds == ["RunEvent", "LogEvent", "SampleEvent", "CheckpointEvent"]


def signals_of(paths: RunPaths) -> list[tuple[str, int]]:
    return [(event.kind, event.step) for event in events_of(paths.events) if isinstance(event, SignalEvent)]


def test_the_advisor_watches_a_foreign_run_too() -> None:
    with engine.events.Run("script", targets={"f1": 0.8}) as run:
        for step in range(100):
            run.metrics(step, loss=1.0 if step < 80 else 1000.0)
        for step, f1 in enumerate([0.5, 0.7, 0.9, 0.95]):
            run.metrics(step, f1=f1, split="validation")
    assert signals_of(run.paths) == [("diverged", 84), ("target_reached", 2)]


def test_a_disk_that_is_full_does_not_end_somebody_elses_training(monkeypatch: pytest.MonkeyPatch) -> None:
    with engine.events.Run("script") as run:
        run.log("before")
        with monkeypatch.context() as patch:

            def full(*_: object) -> int:
                raise OSError(28, "No space left on device")

            patch.setattr(os, "write", full)
            with pytest.warns(UserWarning, match="not fully recorded: .*No space left"):
                run.metrics(1, loss=1.0)
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # it warns once
                run.metrics(2, loss=1.0)
        run.log("after")
        run.sample(1, {"text": "x" * 100_000}, {})
    messages = [event.message for event in events_of(run.paths.events) if isinstance(event, LogEvent)]
    assert messages == ["before", "after"]
    assert not any(isinstance(event, SampleEvent) for event in events_of(run.paths.events))
