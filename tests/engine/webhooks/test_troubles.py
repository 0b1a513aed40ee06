"""What is told of a run that goes on."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.events.writer import EventWriter
from engine.runs.paths import RunPaths
from engine.webhooks.endpoints import add_endpoint
from engine.webhooks.spool import Spool
from engine.webhooks.sweeping import sweep
from engine.webhooks.troubles import announce_troubles
from engine.workspace import Workspace

from .ended import run_in


def told(workspace: Workspace) -> list[dict[str, Any]]:
    queues = (workspace.root / "webhooks" / "queue").glob("*")
    spools = [Spool(workspace, path.name) for path in queues]
    return [msgspec.json.decode(spool.body(each) or b"") for spool in spools for each in spool.waiting()]


def raise_in(paths: RunPaths, kind: Any, message: str, metric: str = "") -> None:
    with EventWriter(paths.status) as status:
        status.signal(kind, message=message, metric=metric)


def test_a_stall_is_told_once(workspace: Workspace) -> None:
    add_endpoint(workspace, "https://hooks.example.org/")
    paths = run_in(workspace, "running")
    raise_in(paths, "stalled", "no event for 41 s")
    assert len(announce_troubles(paths)) == 1
    assert announce_troubles(paths) == []
    (body,) = told(workspace)
    assert (body["kind"], body["run"], body["message"]) == ("run.stalled", paths.id, "no event for 41 s")
    assert body["profile"] == "utility"


def test_a_machine_is_told_once_an_hour_however_many_runs_see_it(workspace: Workspace) -> None:
    add_endpoint(workspace, "https://hooks.example.org/")
    for _ in range(3):
        paths = run_in(workspace, "running")
        raise_in(paths, "disk_nearly_full", "1.0 GiB of 40.0 GiB left")
        raise_in(paths, "device_too_hot", "cuda:0 is at 92 °C", "cuda:0")
        raise_in(paths, "device_too_hot", "cuda:1 is at 92 °C", "cuda:1")
        announce_troubles(paths)
    kinds = [(body["kind"], body["device"]) for body in told(workspace)]
    # The hour may end between two of them.
    assert set(kinds) == {("disk.nearly_full", ""), ("device.too_hot", "cuda:0"), ("device.too_hot", "cuda:1")}
    assert 3 <= len(kinds) <= 6


def test_what_a_killed_worker_could_not_tell_is_swept_up(workspace: Workspace) -> None:
    add_endpoint(workspace, "https://hooks.example.org/")
    paths = run_in(workspace, "done", reason="done")
    raise_in(paths, "stalled", "no event for 41 s")
    assert [id.partition(":")[0] for id in sweep(workspace)] == ["run.stalled", "run.finished"]


def test_lines_that_are_no_signals_are_passed_over(workspace: Workspace) -> None:
    add_endpoint(workspace, "https://hooks.example.org/")
    paths = run_in(workspace, "running")
    with EventWriter(paths.status) as status:
        status.log('a log that says "type":"signal"')
    with paths.status.open("ab") as file:
        file.write(b'{"type":"signal" broken\n')
    raise_in(paths, "plateau", "no better")
    assert announce_troubles(paths) == [] and told(workspace) == []


def test_without_an_endpoint_nothing_is_written(workspace: Workspace) -> None:
    paths = run_in(workspace, "running")
    raise_in(paths, "stalled", "no event for 41 s")
    assert announce_troubles(paths) == []
    assert not (workspace.root / "webhooks").exists()
