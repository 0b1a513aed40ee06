"""A run that a trigger started goes through the gate, and no further than the profile says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.registry.history import read_history
from engine.registry.promotion import promote
from engine.registry.standing import standing_of
from engine.registry.store import home_of, register
from engine.runs.handle import RunHandle
from engine.runs.store import find_run
from engine.triggers.log import Closed, remembered
from engine.triggers.settling import Settled
from engine.triggers.tending import tend
from engine.workspace import Workspace
from tests.engine.registry.made import ended_run

from .conftest import judge

pytestmark = pytest.mark.slow
Write = Callable[..., Path]


def fire_and_settle(workspace: Workspace, path: Path) -> Settled:
    """Let it fire, wait for the real run, and look again."""
    judge(workspace, right=1, wrong=0)
    (answer,) = tend(workspace, [path]).answers
    assert answer.run is not None
    RunHandle(find_run(workspace, answer.run)).wait(60)
    (settled,) = tend(workspace, [path]).settled
    assert settled.run == answer.run
    return settled


def test_what_passes_the_gate_ends_in_staging(workspace: Workspace, profile: Write) -> None:
    settled = fire_and_settle(workspace, profile("name: more, data: {examples: 1}"))
    assert (settled.outcome, settled.version) == ("staged", "p/m@1")
    standing = standing_of(home_of(workspace, "p", "m"))
    assert (standing.staging, standing.production) == (1, None)
    assert tend(workspace, []).settled == []


def test_it_ends_in_production_only_where_the_profile_says_so(workspace: Workspace, profile: Write) -> None:
    settled = fire_and_settle(workspace, profile("name: more, ends_in: production, data: {examples: 1}"))
    assert settled.outcome == "promoted"
    home = home_of(workspace, "p", "m")
    assert standing_of(home).production == 1
    last = read_history(home)[-1]
    assert (last.action, last.who, last.forced) == ("promote", "trigger more", False)
    assert last.gate is not None


def test_what_the_gate_refuses_goes_nowhere_and_the_number_is_told(workspace: Workspace, profile: Write) -> None:
    before = register(workspace, ended_run(workspace, profile="p", metrics={"score": 0.9}))
    promote(workspace, before.name)
    path = profile("name: more, ends_in: production, data: {examples: 1}", score=0.5)
    settled = fire_and_settle(workspace, path)
    assert settled.outcome == "refused"
    assert "score is 0.5" in settled.why
    standing = standing_of(home_of(workspace, "p", "m"))
    assert (standing.staging, standing.production) == (None, 1)


def test_a_run_that_failed_closes_its_firing(workspace: Workspace, profile: Write) -> None:
    path = profile("name: more, data: {examples: 1}")
    path.write_text(path.read_text().replace("{evaluate: {score: 0.9}}", "{raise: bad_data}"))
    settled = fire_and_settle(workspace, path)
    assert settled.outcome == "failed"
    assert settled.why.startswith("the run failed: ")


def test_a_kill_between_the_move_and_its_line_moves_nothing_twice(
    workspace: Workspace, home: Path, profile: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.triggers import settling

    class Killed(BaseException):
        pass

    real = settling.add

    def die(where: Path, line: object) -> None:
        if isinstance(line, Closed):
            raise Killed
        real(where, line)  # type: ignore[arg-type]

    path = profile("name: more, data: {examples: 1}")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(settling, "add", die)
        fire_and_settle(workspace, path)
    (settled,) = tend(workspace, [path]).settled
    assert settled.outcome == "staged"
    assert [entry.action for entry in read_history(home_of(workspace, "p", "m"))] == ["trigger", "stage"]
    assert remembered(home).open is None
