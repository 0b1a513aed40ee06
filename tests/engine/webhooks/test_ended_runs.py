"""What is told of runs that ended, by whom."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.events.schema import State
from engine.webhooks.ended_runs import announce_end
from engine.webhooks.endpoints import Endpoint, add_endpoint
from engine.webhooks.ledger import KEPT_AT_LEAST_S
from engine.webhooks.places import endpoints_file
from engine.webhooks.spool import Spool
from engine.webhooks.sweeping import Sweeper, sweep
from engine.workspace import Workspace
from tests.engine.runs.conftest import Bench, until

from .ended import run_in

URL = "https://hooks.example.org/"


def told(workspace: Workspace) -> list[dict[str, Any]]:
    """Bodies in the queue of the one endpoint, in order."""
    (spool,) = [Spool(workspace, path.name) for path in (workspace.root / "webhooks" / "queue").glob("*")] or [None]
    return [msgspec.json.decode(spool.body(each) or b"") for each in spool.waiting()] if spool else []


@pytest.fixture
def endpoint(workspace: Workspace) -> Endpoint:
    return add_endpoint(workspace, URL)


@pytest.mark.parametrize(
    ("state", "score", "kinds"),
    [
        ("done", 0.9, ["run.finished", "target.reached"]),
        ("done", 0.7, ["run.finished"]),
        ("done", None, ["run.finished"]),
        ("stopped", 0.9, ["run.finished"]),
        ("failed", None, ["run.failed"]),
        ("running", None, ["run.failed"]),  # and no worker: lost
    ],
)
def test_an_end_is_told_once(
    workspace: Workspace, endpoint: Endpoint, state: State, score: float | None, kinds: list[str]
) -> None:
    paths = run_in(workspace, state, reason="done" if state == "done" else "", score=score, attempt=2)
    expected = [f"{kind}:{paths.id}:2" for kind in kinds]
    assert announce_end(paths) == expected
    assert announce_end(paths) == sweep(workspace) == []
    assert [event["id"] for event in told(workspace)] == expected


def test_what_is_told_holds_no_secret_and_no_path(workspace: Workspace, endpoint: Endpoint) -> None:
    paths = run_in(workspace, "done", reason="done", score=0.9)
    announce_end(paths)
    event = told(workspace)[0]
    assert event.pop("t") == pytest.approx(time.time(), abs=5)
    assert event == {
        "kind": "run.finished",
        "id": f"run.finished:{paths.id}:1",
        "run": paths.id,
        "profile": "utility",
        "model": "ner",
        "version": None,
        "task": "token-classification",
        "dataset": "utility-ner-3fa9",
        "state": "done",
        "reason": "done",
        "attempt": 1,
        "headline": "f1",
        "metrics": {"f1": 0.9},
        "targets": [{"metric": "f1", "at_least": 0.8, "value": 0.9, "reached": True}],
    }
    run_in(workspace, "failed", reason="bad data")
    sweep(workspace)
    for event in told(workspace):
        text = msgspec.json.encode(event).decode()
        assert "hunter2" not in text and "/home" not in text


def test_a_killed_worker_is_found_by_the_sweep(workspace: Workspace, endpoint: Endpoint) -> None:
    paths = run_in(workspace, "running")
    assert sweep(workspace) == [f"run.failed:{paths.id}:1"]
    (event,) = told(workspace)
    assert (event["state"], event["reason"]) == ("lost", "worker killed")


def test_a_sweep_leaves_alone_what_lives_what_was_before_and_what_is_too_old(workspace: Workspace) -> None:
    before = run_in(workspace, "failed")
    os.utime(before.status, (time.time() - 10, time.time() - 10))
    add_endpoint(workspace, URL, now=time.time() - 5)
    run_in(workspace, None)  # queued, and its worker is gone
    assert sweep(workspace, time.time() + KEPT_AT_LEAST_S + 60) == []
    assert [id.split(":")[0] for id in sweep(workspace)] == ["run.failed"]
    assert before.id not in {event["run"] for event in told(workspace)}


def test_without_an_endpoint_nobody_looks(workspace: Workspace) -> None:
    paths = run_in(workspace, "failed")
    assert announce_end(paths) == sweep(workspace) == []
    assert not (workspace.root / "webhooks").exists()


def test_a_run_that_cannot_be_read_keeps_no_other_from_being_told(workspace: Workspace, endpoint: Endpoint) -> None:
    broken, whole = run_in(workspace, "failed"), run_in(workspace, "failed")
    broken.spec.write_text("nonsense: [")
    assert sweep(workspace) == [f"run.failed:{whole.id}:1"]


def test_a_second_sweep_opens_nothing_and_a_resumed_run_ends_again(workspace: Workspace, endpoint: Endpoint) -> None:
    paths = run_in(workspace, "failed")
    sweeper = Sweeper(workspace)
    assert len(sweeper.sweep()) == 1
    spec = paths.spec.read_bytes()
    paths.spec.unlink()
    assert sweeper.sweep() == []
    paths.spec.write_bytes(spec)
    line = b'{"type":"status","t":%f,"seq":3,"state":"done","reason":"done","attempt":2}\n' % time.time()
    with paths.status.open("ab") as status:
        status.write(line)
    assert sweeper.sweep() == [f"run.finished:{paths.id}:2"]


@pytest.mark.slow
class TestWorker:
    """Real workers; `bench` follows a script in place of a training."""

    @pytest.fixture
    def bench(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
        monkeypatch.setenv("FINETOP_LEASES", str(tmp_path / "leases"))
        made = Bench(Workspace(tmp_path / "workspace"), tmp_path / "leases")
        add_endpoint(made.workspace, URL)
        yield made

    def test_it_tells_its_end(self, bench: Bench) -> None:
        handle = bench.start([{"evaluate": {"score": 0.5}}], test_score=0.85)
        handle.wait(60)
        until(lambda: len(told(bench.workspace)) == 2, "the worker to tell")
        assert [event["id"] for event in told(bench.workspace)] == [
            f"run.finished:{handle.id}:1",
            f"target.reached:{handle.id}:1",
        ]
        bench.assert_nothing_left(handle.paths)

    def test_a_failure_to_tell_fails_no_run(self, bench: Bench) -> None:
        endpoints_file(bench.workspace).write_text("nonsense")
        handle = bench.start([{"evaluate": {"score": 0.5}}])
        assert handle.wait(60).state == "done"
        until(lambda: bench.status(handle.paths)[-1]["type"] == "log", "the worker to say so")
        assert "webhooks were not told of the end" in bench.status(handle.paths)[-1]["message"]
        bench.assert_nobody_left(handle.paths)

    def test_a_killed_one_is_told_by_the_sweep(self, bench: Bench) -> None:
        handle = bench.start([{"pause": "here"}])
        bench.wait_halted(handle.paths)
        assert sweep(bench.workspace) == []
        os.kill(bench.pid_of(handle.paths, "worker"), signal.SIGKILL)
        until(lambda: handle.state == "lost", "the run to be lost")
        assert sweep(bench.workspace) == [f"run.failed:{handle.id}:1"]
        assert told(bench.workspace)[0]["reason"] == "worker killed"
