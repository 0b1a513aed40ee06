"""What is told of versions that became production."""

from __future__ import annotations

import logging
import time

import msgspec
import pytest

from engine.registry import api
from engine.registry.history import Entry, append
from engine.registry.store import Version, register
from engine.webhooks.endpoints import Endpoint, add_endpoint
from engine.webhooks.places import endpoints_file
from engine.webhooks.spool import Spool
from engine.webhooks.sweeping import Sweeper, sweep
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run

URL = "https://hooks.example.org/"


@pytest.fixture
def endpoint(workspace: Workspace) -> Endpoint:
    return add_endpoint(workspace, URL, kinds=["model.promoted"])


def told(workspace: Workspace, endpoint: Endpoint) -> list[dict]:
    spool = Spool(workspace, endpoint.id)
    return [msgspec.json.decode(spool.body(each) or b"") for each in spool.waiting()]


def moved(version: Version, **fields: object) -> Entry:
    """A move by somebody who was killed before they told."""
    usual = {"who": "ada", "action": "promote", "alias": "production", "to_version": version.number}
    return append(version.home, Entry(**(usual | fields)))  # type: ignore[arg-type]


def test_a_promotion_and_a_rollback_are_told_once(workspace: Workspace, endpoint: Endpoint) -> None:
    for value in (7, 8):
        register(workspace, run := ended_run(workspace, value=value))
        api.promote(f"plain/m@{value - 6}", why="better", who="ada", force=True, workspace=workspace)
    api.rollback("plain/m", why="worse in the field", who="bob", workspace=workspace)
    assert sweep(workspace) == []
    events = told(workspace, endpoint)
    assert [(each["action"], each["version"], each["from_version"], each["who"]) for each in events] == [
        ("promote", 1, None, "ada"),
        ("promote", 2, 1, "ada"),
        ("rollback", 1, 2, "bob"),
    ]
    assert [each["id"] for each in events] == [f"model.promoted:plain/m:{seq}" for seq in (1, 2, 3)]
    assert (events[1]["run"], events[1]["headline"], events[1]["metrics"]) == (run.id, "score", {"score": 0.9})


def test_what_somebody_was_killed_before_they_told_is_found(workspace: Workspace, endpoint: Endpoint) -> None:
    version = register(workspace, ended_run(workspace))
    moved(version, t=time.time() - 100)  # before the endpoint
    moved(version)
    moved(version, alias="staging", action="stage")
    moved(version, to_version=None, action="retire")
    sweeper = Sweeper(workspace)
    assert sweeper.sweep() == ["model.promoted:plain/m:2"]
    moved(version)
    assert sweeper.sweep() == ["model.promoted:plain/m:5"]
    assert sweep(workspace) == []


def test_a_version_that_was_forgotten_is_told_all_the_same(workspace: Workspace, endpoint: Endpoint) -> None:
    version = register(workspace, ended_run(workspace))
    moved(version)
    version.paths.manifest.unlink()
    assert sweep(workspace) == ["model.promoted:plain/m:1"]
    assert told(workspace, endpoint)[0]["run"] is None


def test_a_promotion_stands_though_the_webhooks_cannot_be_told(
    workspace: Workspace, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    register(workspace, ended_run(workspace))
    whole = endpoints_file(workspace).read_bytes()
    endpoints_file(workspace).write_bytes(b"nonsense")
    with caplog.at_level(logging.ERROR):
        done = api.promote("plain/m@1", why="first", force=True, workspace=workspace)
    assert done.standing.production == 1 and "were not told" in caplog.text
    endpoints_file(workspace).write_bytes(whole)
    assert sweep(workspace) == ["model.promoted:plain/m:1"]


def test_a_run_says_which_version_it_became(workspace: Workspace) -> None:
    from engine.events.writer import EventWriter
    from engine.webhooks.ended_runs import announce_end

    endpoint = add_endpoint(workspace, URL)
    run = ended_run(workspace)
    register(workspace, run)
    with EventWriter(run.status) as status:
        status.run(run.id, profile="plain", model="m", task="noop", headline="score")
        status.status("done", reason="done")
    announce_end(run)
    assert told(workspace, endpoint)[0]["version"] == 1
