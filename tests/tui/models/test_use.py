"""How a model is used, as it is read from the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.registry.history import Entry, append
from engine.registry.store import register
from engine.traffic.deploying import start, withdraw
from engine.traffic.routing import Router
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run
from tui.models.use import UseReader

PROFILE = """\
finetop: 1
name: plain
models:
  m:
    task: noop
    config: {script: [{report: {loss: 0.5}}]}
    triggers: [{name: nightly, schedule: {cron: "0 3 * * *"}, train: full}]
"""


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UseReader:
    """Of a model with two versions, the first in production."""
    workspace = Workspace(tmp_path / "workspace")
    versions = [register(workspace, ended_run(workspace, value=value)) for value in (7, 8)]
    append(versions[0].home, Entry(who="ada", action="promote", alias="production", to_version=1))
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "plain.yaml").write_text(PROFILE)
    monkeypatch.chdir(tmp_path)
    return UseReader(workspace, lambda: 1_795_185_600.0)


def test_nothing_is_told_twice(reader: UseReader) -> None:
    assert reader.read() is None, "no model is looked at"
    reader.chosen = "plain/m"
    found = reader.read()
    assert found is not None and found.traffic is None and found.problems == ("", "")
    assert [(one.trigger, one.next) for one in found.triggers] == [("nightly", 1_795_230_000.0)]
    assert reader.read() is None


def test_requests_of_a_deployment_are_counted_as_they_come(reader: UseReader) -> None:
    reader.chosen = "plain/m"
    reader.read()
    workspace = reader._workspace
    start(workspace, "plain/m@2", share=100.0)
    found = reader.read()
    assert found is not None and found.traffic is not None and found.traffic.candidate.requests == 0
    home = register(workspace, ended_run(workspace)).home
    router = Router(home)
    route = router.route("key")
    router.record([(route, router.answer(route.version, {"label": "a", "confidence": 0.9}, 5.0), None)])
    more = reader.read()
    assert more is not None and more.traffic is not None and more.traffic.candidate.requests == 1
    withdraw(home)
    ended = reader.read()
    assert ended is not None and ended.traffic is None


def test_a_deployment_that_cannot_be_read_is_told(reader: UseReader) -> None:
    home = register(reader._workspace, ended_run(reader._workspace)).home
    append(home, Entry(who="ada", action="deploy", to_version=2, detail={"deployment": {"share": "much"}}))
    reader.chosen = "plain/m"
    found = reader.read()
    assert found is not None and "cannot be read" in found.problems[0]


def test_a_profile_that_is_not_found_by_its_name_is_told(reader: UseReader, tmp_path: Path) -> None:
    (tmp_path / "profiles" / "plain.yaml").unlink()
    reader.chosen = "plain/m"
    found = reader.read()
    assert found is not None and found.triggers == () and "plain" in found.problems[1]
