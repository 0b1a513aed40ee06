"""Runs from launch to end, with real processes."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InputError, WorkError
from engine.runs.handle import RunHandle
from engine.runs.launchers import find_launcher, launch
from engine.runs.leases import Ticket, slots_for
from engine.runs.paths import RunPaths
from engine.runs.spec import RunPolicy, RunSpec
from engine.runs.store import remove_run
from engine.tasks.noop.train import model_value
from engine.workspace import Workspace

from .conftest import Bench, processes_of, until

PLAIN = [{"report": {"loss": 1.0}}, {"evaluate": {"score": 0.5}}, {"checkpoint": True}]


def states(bench: Bench, run: RunPaths) -> list[str]:
    return [line["state"] for line in bench.status(run) if line["type"] == "status"]


def test_a_run_goes_from_the_queue_to_its_report(bench: Bench) -> None:
    handle = bench.start(PLAIN, test_score=0.85)
    view = handle.wait(30)
    assert (view.state, view.reason, view.attempt) == ("done", "done", 1)
    assert states(bench, handle.paths) == ["queued", "starting", "running", "done"]
    assert handle.report().metrics == {"score": 0.85}
    assert (handle.paths.root / "report.md").exists()
    assert (view.score, view.score_split, view.device) == (0.85, "test", "cpu")
    events = bench.events(handle.paths)
    assert events[0]["type"] == "run"
    assert {event["phase"] for event in events if event["type"] == "progress"} == {"loading", "training", "test"}
    bench.assert_nothing_left(handle.paths)
    with pytest.raises(InputError, match="done"):
        handle.resume()
    with pytest.raises(InputError, match="over"):
        handle.stop()


def test_stop_now_publishes_a_checkpoint_and_leaves_within_5_s(bench: Bench) -> None:
    handle = bench.start([{"sleep": 0.01}], epochs=100_000)
    until(lambda: handle.state == "running", "the run to run")
    asked = time.monotonic()
    handle.stop(now=True)
    assert handle.state == "stopping"
    view = handle.wait(20)
    assert time.monotonic() - asked < 5
    assert (view.state, view.reason) == ("stopped", "stopped by user")
    assert [event["type"] for event in bench.events(handle.paths)][-2:] == ["checkpoint", "progress"] or (
        bench.events(handle.paths)[-1]["type"] == "checkpoint"
    )
    bench.assert_nothing_left(handle.paths)


@pytest.mark.slow
def test_stop_after_the_step_hands_over_a_tested_model_and_can_be_resumed(bench: Bench) -> None:
    handle = bench.start([{"sleep": 0.0}, {"pause": "here"}, {"sleep": 0.0}, {"evaluate": {"score": 0.6}}])
    bench.wait_halted(handle.paths)
    handle.stop()
    view = handle.wait(20)
    assert (view.state, view.reason, view.score) == ("stopped", "stopped by user", 0.9)
    stopped_at = model_value(handle.paths.root)
    bench.go(handle.paths)
    view = handle.resume().wait(20)
    assert (view.state, view.attempt) == ("done", 2)
    assert model_value(handle.paths.root) != stopped_at
    resumed = [event for event in bench.events(handle.paths) if event["type"] == "run"][1]
    assert (resumed["attempt"], resumed["resumed_step"]) == (2, 2)
    bench.assert_nothing_left(handle.paths)


@pytest.fixture
def taken_slot() -> Iterator[None]:
    lease = Ticket("somebody-else", slots_for("cpu")).try_take()
    assert lease is not None
    yield
    lease.release()


@pytest.mark.usefixtures("bench", "taken_slot")
def test_a_queued_run_is_stopped_before_it_starts(bench: Bench) -> None:
    handle = bench.start(PLAIN)
    assert handle.state == "queued"
    handle.stop()
    view = handle.wait(20)
    assert (view.state, view.reason) == ("stopped", "stopped by user")
    assert not handle.paths.events.exists()
    with pytest.raises(InputError, match="no report"):
        handle.report()


@pytest.mark.usefixtures("bench", "taken_slot")
def test_a_queued_worker_is_small_and_has_no_terminal_and_no_second_one_comes(bench: Bench) -> None:
    run = bench.start(PLAIN).paths
    with pytest.raises(InputError, match="already has a worker"):
        launch(run)
    with pytest.raises(InputError, match="not over"):
        remove_run(run)
    pid = bench.pid_of(run, "worker")
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert int(status["VmRSS"].split()[0]) < 28 * 1024
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    session, terminal = int(stat[3]), int(stat[4])
    assert session != os.getsid(0)
    assert terminal == 0
    assert Path(f"/proc/{pid}/fd/0").readlink() == Path(os.devnull)
    assert Path(f"/proc/{pid}/fd/1").readlink() == run.worker_log
    assert int(status["SigIgn"], 16) & 1 << (signal.SIGHUP - 1)


def test_the_worker_imports_nothing_heavy() -> None:
    heavy = ("numpy", "pydantic", "yaml", "torch", "psutil", "pynvml", "rich", "typer", "textual", "asyncio")
    code = f"import sys, engine.runs.worker; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "reason", "says"),
    [
        ("bad_data", "bad data", "a label that no example has"),
        ("bad_configuration", "bad configuration", "a setting that cannot be used"),
        ("nan", "non-finite", "the loss became nan"),
    ],
)
def test_what_no_retry_mends_fails_at_once_with_its_sentence(bench: Bench, kind: str, reason: str, says: str) -> None:
    view = bench.start([{"raise": kind}]).wait(30)
    assert (view.state, view.reason, view.attempt) == ("failed", reason, 1)
    assert says in view.message


@pytest.mark.slow
def test_a_crash_is_retried_from_the_last_checkpoint_and_then_given_up(bench: Bench) -> None:
    handle = bench.start([*PLAIN, {"raise": "crash"}])
    view = handle.wait(30)
    assert (view.state, view.reason, view.attempt) == ("failed", "crash", 3)
    assert "the script said so" in view.message
    assert "gave up after 3 attempts" in view.message
    resumed = [event.get("resumed_step") for event in bench.events(handle.paths) if event["type"] == "run"]
    assert resumed == [None, 3, 3]
    assert "RuntimeError: the script said so" in handle.paths.log.read_text()
    bench.assert_nothing_left(handle.paths)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [{"exit": 7}, {"kill": int(signal.SIGSEGV)}, {"raise": "crash"}])
def test_a_crash_that_passes_is_survived(bench: Bench, ending: dict[str, Any]) -> None:
    view = bench.start([*PLAIN, {**ending, "once": True}, *PLAIN]).wait(30)
    assert (view.state, view.attempt) == ("done", 2)


@pytest.mark.slow
def test_a_damaged_newest_checkpoint_costs_no_more_than_the_steps_since_the_one_before(bench: Bench) -> None:
    handle = bench.start([*PLAIN, {"write_half_checkpoint": True}, {"exit": 1, "once": True}, *PLAIN])
    assert handle.wait(30).state == "done"
    assert [event.get("resumed_step") for event in bench.events(handle.paths) if event["type"] == "run"] == [None, 3]
    bench.assert_nothing_left(handle.paths)


@pytest.mark.slow
def test_out_of_memory_halves_the_micro_batch_and_says_so(bench: Bench) -> None:
    handle = bench.start(PLAIN, batch_size=8, needs_splits=4)
    view = handle.wait(30)
    assert (view.state, view.attempt) == ("done", 3)
    said = [line["message"] for line in bench.status(handle.paths) if line["type"] == "log"]
    assert ["in 2 parts of 4" in said[0], "in 4 parts of 2" in said[1]] == [True, True]


@pytest.mark.slow
def test_out_of_memory_with_one_example_fails(bench: Bench) -> None:
    view = bench.start(PLAIN, batch_size=2, needs_splits=4).wait(30)
    assert (view.state, view.reason, view.attempt) == ("failed", "out of memory", 2)


@pytest.mark.slow
def test_a_hang_is_ended_and_retried_and_leaves_where_it_hung(bench: Bench) -> None:
    policy = RunPolicy(backoff_s=0.01, hang_after_s=1.0)
    handle = bench.start([*PLAIN, {"hang": True, "once": True}, *PLAIN], policy=policy)
    view = handle.wait(30)
    assert (view.state, view.attempt) == ("done", 2)
    assert "hang" in next(line["message"] for line in bench.status(handle.paths) if line["type"] == "log")
    assert "_act" in handle.paths.log.read_text()
    bench.assert_nothing_left(handle.paths)


@pytest.mark.slow
def test_a_trainer_that_does_not_hear_stop_now_is_gone_within_5_s(bench: Bench) -> None:
    handle = bench.start([*PLAIN, {"log": "deaf"}, {"hang": True}])
    until(lambda: any(event.get("message") == "deaf" for event in bench.events(handle.paths)), "the hang")
    asked = time.monotonic()
    handle.stop(now=True)
    view = handle.wait(20)
    assert time.monotonic() - asked < 5.5
    assert (view.state, view.reason) == ("stopped", "stopped by user")
    assert "the last checkpoint stands" in view.message
    bench.assert_nothing_left(handle.paths)


@pytest.mark.slow
def test_a_model_that_predicts_otherwise_after_loading_fails_the_run(bench: Bench) -> None:
    handle = bench.start(PLAIN, forget_head=True)
    view = handle.wait(30)
    assert (view.state, view.reason) == ("failed", "model differs after loading")
    assert "2 of 2 samples differently" in view.message
    assert not handle.paths.report.exists()


@pytest.mark.slow
def test_a_device_that_is_not_there_fails_with_the_ones_that_are(bench: Bench) -> None:
    import dataclasses

    run = bench.make(PLAIN)
    dataclasses.replace(RunSpec.read(run.spec), device="cuda:99").write(run.spec)
    launch(run)
    view = RunHandle(run).wait(20)
    assert (view.state, view.reason) == ("failed", "bad configuration")
    assert "use one of: cpu" in view.message


def test_launchers_that_come_later_say_so() -> None:
    for name in ("torchrun", "ray"):
        with pytest.raises(InputError, match="comes later"):
            find_launcher(name)
    with pytest.raises(InputError, match="no launcher 'slurm'"):
        find_launcher("slurm")


def test_a_directory_without_a_specification_is_not_launched(tmp_path: Path) -> None:
    run = RunPaths(tmp_path / "runs" / "empty")
    run.root.mkdir(parents=True)
    with pytest.raises((InputError, WorkError), match=r"run\.yaml"):
        launch(run)


@pytest.mark.slow
def test_twenty_runs_on_one_slot_start_in_order_and_none_is_lost_when_a_queued_worker_is_killed(
    bench: Bench,
) -> None:
    first = bench.start([{"pause": "until all are queued"}])
    runs = [bench.start([{"report": {"loss": 1.0}}]) for _ in range(19)]
    assert {run.state for run in runs} == {"queued"}
    victim = runs.pop(7)
    os.kill(bench.pid_of(victim.paths, "worker"), signal.SIGKILL)
    until(lambda: victim.state == "lost", "the killed worker to show")
    bench.go(first.paths)
    everyone = [first, *runs]
    assert {run.wait(60).state for run in everyone} == {"done"}
    spans = []
    for run in everyone:
        lines = [line for line in bench.status(run.paths) if line["type"] == "status"]
        spans.append((lines[1]["t"], lines[-1]["t"]))
    assert spans == sorted(spans)
    for (_, ended), (started, _) in itertools.pairwise(spans):
        assert started >= ended - 0.05, "two runs held the slot at once"
    assert victim.resume().wait(30).state == "done"
    for run in [*everyone, victim]:
        bench.assert_nothing_left(run.paths)


@pytest.mark.slow
def test_two_slots_train_two_runs_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINETOP_CPU_SLOTS", "2")
    runs = [bench.start([{"pause": "together"}]) for _ in range(3)]
    for run in runs[:2]:
        bench.wait_halted(run.paths)
    assert [run.state for run in runs] == ["running", "running", "queued"]
    for run in runs:
        bench.go(run.paths)
    assert {run.wait(30).state for run in runs} == {"done"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk_ends_the_run_with_a_true_state_and_nothing_half_written(bench: Bench, small_disk: Path) -> None:
    bench.workspace = Workspace(small_disk / "workspace")
    handle = bench.start([*PLAIN, {"fill_disk": True}, *PLAIN])
    view = handle.wait(30)
    assert (view.state, view.reason, view.attempt) == ("failed", "disk full", 1)
    bench.assert_nothing_left(handle.paths)
    for path in (handle.paths.status, handle.paths.events):
        assert path.read_bytes().endswith(b"\n")
    (handle.paths.root / "ballast").unlink()
    assert not processes_of(handle.paths)


@pytest.mark.slow
def test_a_disk_that_is_full_from_the_start_is_told_to_who_launches(bench: Bench, small_disk: Path) -> None:
    bench.workspace = Workspace(small_disk / "workspace")
    run = bench.make(PLAIN)
    ballast = (small_disk / "ballast").open("wb", buffering=0)
    with ballast, pytest.raises(OSError, match="No space left"):
        while True:
            ballast.write(bytes(4096))
    with pytest.raises(WorkError, match="No space left"):
        launch(run)
    (small_disk / "ballast").unlink()
    launch(run)
    assert RunHandle(run).wait(30).state == "done"
    bench.assert_nothing_left(run)


@pytest.mark.slow
def test_a_setting_that_does_not_fit_the_task_fails_with_its_name(bench: Bench) -> None:
    view = bench.start(PLAIN, epocs=3).wait(30)
    assert (view.state, view.reason) == ("failed", "bad configuration")
    assert "epocs" in view.message
    assert "\n" not in view.message


@pytest.mark.slow
def test_a_request_to_stop_during_the_back_off_ends_the_run(bench: Bench) -> None:
    handle = bench.start([{"exit": 1}], policy=RunPolicy(backoff_s=600))
    until(lambda: handle.view().attempt == 2, "the first attempt to fail")
    handle.stop()
    view = handle.wait(10)
    assert (view.state, view.reason) == ("stopped", "stopped by user")
