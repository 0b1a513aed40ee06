import json
import time
from pathlib import Path

import pytest

from engine.errors import NotFoundError
from engine.events.writer import EventWriter
from engine.runs.locks import try_lock
from engine.runs.paths import RunPaths
from engine.runs.reasons import Reason
from engine.runs.state import Signs, derive_state, look

from .conftest import Bench


@pytest.mark.parametrize(
    ("signs", "state", "reason"),
    [
        (Signs(None, locked=False, age_s=1), "queued", None),
        (Signs(None, locked=True, age_s=1), "queued", None),
        (Signs(None, locked=False, age_s=300), "lost", Reason.NEVER_STARTED),
        (Signs("queued", locked=True, age_s=90_000), "queued", None),
        (Signs("queued", locked=True, stop_requested=True), "stopping", None),
        (Signs("queued", locked=False), "lost", Reason.WORKER_KILLED),
        (Signs("starting", locked=True), "starting", None),
        (Signs("starting", locked=True, stop_requested=True), "stopping", None),
        (Signs("starting", locked=False), "lost", Reason.WORKER_KILLED),
        (Signs("running", locked=True, age_s=1, usual_gap_s=1), "running", None),
        (Signs("running", locked=True, age_s=9, usual_gap_s=0.001), "running", None),
        (Signs("running", locked=True, age_s=11, usual_gap_s=0.001), "stalled", None),
        (Signs("running", locked=True, age_s=39, usual_gap_s=2), "running", None),
        (Signs("running", locked=True, age_s=41, usual_gap_s=2), "stalled", None),
        (Signs("running", locked=True, age_s=41, usual_gap_s=2, stop_requested=True), "stopping", None),
        (Signs("running", locked=True, age_s=-3600, usual_gap_s=2), "running", None),
        (Signs("running", locked=False, worker_gone=Reason.MACHINE_GONE), "lost", Reason.MACHINE_GONE),
        (Signs("stopping", locked=True), "stopping", None),
        (Signs("stopping", locked=False), "lost", Reason.WORKER_KILLED),
        (Signs("done", locked=True), "done", None),
        (Signs("done", locked=False, age_s=1e6), "done", None),
        (Signs("stopped", locked=False), "stopped", None),
        (Signs("failed", locked=False, stop_requested=True), "failed", None),
    ],
)
def test_the_state_follows_from_what_can_be_seen(signs: Signs, state: str, reason: Reason | None) -> None:
    assert derive_state(signs) == (state, reason)


@pytest.fixture
def run(bench: Bench) -> RunPaths:
    """A run whose files a test writes itself."""
    return bench.make([])


def write_status(run: RunPaths, *states: str) -> None:
    status = EventWriter(run.status)
    status.run(run.id, profile="bench", model="noop", task="noop", headline="score", device="auto")
    for state in states:
        status.status(state)  # type: ignore[arg-type]
    status.close()


def hold(run: RunPaths, **holder: object) -> int:
    fd = try_lock(run.lock)
    assert fd is not None
    run.lock.write_text(json.dumps(holder))
    return fd


def test_a_run_that_was_just_made_is_queued_and_later_lost(run: RunPaths) -> None:
    assert look(run).state == "queued"
    view = look(run, now=time.time() + 3600)
    assert (view.state, view.reason) == ("lost", "never started")


def test_a_directory_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing-here"):
        look(RunPaths(tmp_path / "runs" / "nothing-here"))


def test_a_worker_of_an_earlier_boot_means_that_the_machine_was_restarted(
    run: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import socket

    write_status(run, "queued", "starting", "running")
    os.close(hold(run, host=socket.gethostname(), boot="another", kernel_kills=0))
    view = look(run)
    assert (view.state, view.reason) == ("lost", "machine gone")


def test_a_lost_worker_names_the_kernels_memory_killer_when_it_was_at_work(
    run: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import socket

    from engine.devices import boot_id

    write_status(run, "queued", "starting", "running")
    os.close(hold(run, host=socket.gethostname(), boot=boot_id(), kernel_kills=0))
    assert look(run).reason == "worker killed"
    monkeypatch.setattr("engine.runs.state.kernel_kills", lambda: 1)
    assert look(run).reason == "worker killed, out of memory"


def test_a_clock_that_jumps_back_makes_no_state_lie(run: RunPaths) -> None:
    write_status(run, "queued", "starting", "running")
    hold(run)
    yesterday = time.time() - 86_400
    view = look(run, now=yesterday)
    assert view.state == "running"
    assert view.last_event_age_s == 0.0


def test_silence_shows_as_stalled(run: RunPaths) -> None:
    write_status(run, "queued", "starting", "running")
    hold(run)
    assert look(run).state == "running"
    assert look(run, now=time.time() + 3600).state == "stalled"


def test_a_torn_last_line_and_a_line_of_garbage_are_looked_past(run: RunPaths) -> None:
    write_status(run, "queued", "starting", "running")
    hold(run)
    events = EventWriter(run.events)
    events.run(run.id, device="cpu")
    events.progress("training", 3, 10)
    events.metrics(3, {"score": 0.4}, split="validation")
    events.close()
    with run.events.open("ab") as file:
        file.write(b'\x00\xff garbage "type":"progress"\n{"type":"progress","t":1,"seq":99,"phase":"torn"')
    with run.status.open("ab") as file:
        file.write(b'{"type":"status","state":"not a state","t":1,"seq":9}\n{"type":"status","t":1,"se')
    view = look(run)
    assert view.state == "running"
    assert view.progress is not None
    assert (view.progress.step, view.score, view.score_split, view.device) == (3, 0.4, "validation", "cpu")


def test_the_last_status_is_found_behind_hours_of_figures(run: RunPaths) -> None:
    write_status(run, "queued", "starting", "running")
    hold(run)
    status = EventWriter(run.status)
    for _ in range(3000):
        status.system(
            {"cpu/utilisation_percent": 50.0, "host/memory_used_mib": 1000.0, "host/memory_total_mib": 2000.0}
        )
    status.close()
    assert run.status.stat().st_size > 256 * 1024
    assert look(run).state == "running"


def test_two_who_look_at_once_do_not_take_each_other_for_a_worker(run: RunPaths) -> None:
    import fcntl
    import os

    write_status(run, "queued")
    os.close(hold(run))
    with run.lock.open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert look(run).state == "lost"
