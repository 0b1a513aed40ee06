from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import InputError, NotFoundError, WorkError
from engine.registry import api
from engine.registry.history import Entry, Moved, append, read_history
from engine.registry.promotion import GateRefused
from engine.registry.standing import standing_of
from engine.registry.store import home_of, register
from engine.runs.spec import PromotionPolicy, Target
from tests.engine.registry.made import ended_run

REACHED = [Target("score", at_least=0.8)]


def registered(workspace, **run):
    return register(workspace, ended_run(workspace, **run))


def in_production(workspace, version):
    append(version.home, Entry(who="ada", action="promote", alias="production", to_version=version.number))


def test_the_first_version_that_reaches_its_targets_goes_into_production(workspace):
    registered(workspace, targets=REACHED)
    done = api.promote("plain/m@1", why="first", who="ada", workspace=workspace)
    assert done.standing.production == 1
    (entry,) = read_history(home_of(workspace, "plain", "m"))
    assert (entry.who, entry.why, entry.forced) == ("ada", "first", False)
    assert entry.gate is not None
    assert entry.gate["passed"]


def test_a_refused_version_moves_nothing_and_says_which_number_failed(workspace):
    registered(workspace, metrics={"score": 0.5}, targets=REACHED)
    with pytest.raises(GateRefused, match=r"score is 0.5, the target score ≥ 0.8 is missed"):
        api.promote("plain/m@1", workspace=workspace)
    assert read_history(home_of(workspace, "plain", "m")) == []


def test_an_override_needs_a_reason_and_is_on_record(workspace):
    registered(workspace, metrics={"score": 0.5}, targets=REACHED)
    with pytest.raises(InputError, match="needs a reason"):
        api.promote("plain/m@1", force=True, workspace=workspace)
    done = api.promote("plain/m@1", force=True, why="the only one", workspace=workspace)
    assert done.entry.forced
    assert done.entry.gate is not None
    assert not done.entry.gate["passed"]


def test_a_damaged_version_is_not_even_loaded(workspace):
    version = registered(workspace)
    (version.paths.model / "finetop.json").write_text("{}")
    with pytest.raises(GateRefused, match=r"Files are not intact: model/finetop\.json has"):
        api.promote("plain/m@1", workspace=workspace)


def test_what_cannot_be_compared_with_production_does_not_replace_it(workspace):
    in_production(workspace, registered(workspace))
    registered(workspace)
    with pytest.raises(GateRefused, match="cannot be compared with production"):
        api.promote("plain/m@2", workspace=workspace)


def test_the_latency_budget_is_measured(workspace):
    registered(workspace, promotion=PromotionPolicy(latency_ms=1000.0))
    done = api.promote("plain/m@1", workspace=workspace)
    assert done.gate is not None
    assert [check.name for check in done.gate.checks] == ["files", "latency"]


def test_of_two_promotions_at_once_one_wins_and_the_other_is_told(workspace):
    for _ in range(3):
        registered(workspace)
    api.promote("plain/m@1", workspace=workspace)
    looked = [api.gate(f"plain/m@{number}", workspace=workspace) for number in (2, 3)]

    def promote(number):
        try:
            return api.promote(
                f"plain/m@{number}", gate=looked[number - 2], force=True, why="race", workspace=workspace
            ).standing
        except Moved as told:
            return told

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(promote, (2, 3)))
    told = [end for end in ends if isinstance(end, Moved)]
    assert len(told) == 1
    assert "came first (race)" in str(told[0])
    assert len(read_history(home_of(workspace, "plain", "m"))) == 2


def test_a_rollback_brings_back_what_was_there(workspace):
    first, second = registered(workspace), registered(workspace)
    in_production(workspace, first)
    in_production(workspace, second)
    done = api.rollback("plain/m", why="worse outside", workspace=workspace)
    assert (done.standing.production, done.standing.previous) == (1, None)
    with pytest.raises(InputError, match="is the first in production"):
        api.rollback("plain/m", workspace=workspace)


def test_nothing_rolls_back_to_what_is_gone(workspace):
    first, second = registered(workspace), registered(workspace)
    in_production(workspace, first)
    in_production(workspace, second)
    (first.paths.model / "expected.json").unlink()
    with pytest.raises(WorkError, match=r"model/expected.json is missing"):
        api.rollback("plain/m", workspace=workspace)
    assert standing_of(first.home).production == 2


def test_a_model_is_taken_out_of_production_with_a_reason(workspace):
    in_production(workspace, registered(workspace))
    with pytest.raises(InputError, match="needs a reason"):
        api.retire("plain/m", why=" ", workspace=workspace)
    assert api.retire("plain/m", why="no need", workspace=workspace).standing.production is None
    with pytest.raises(NotFoundError, match="nothing in production"):
        api.rollback("plain/m", workspace=workspace)


def test_thresholds_are_raised_and_never_lowered(workspace):
    registered(workspace)
    assert api.raise_threshold("plain/m@1", 0.8, why="start", workspace=workspace).standing.thresholds == {
        1: {"automatic": 0.8}
    }
    for value, problem in [
        (0.8, "only raised"),
        (0.5, "only raised"),
        (float("nan"), "no confidence"),
        (2, "0 to 1"),
    ]:
        with pytest.raises(InputError, match=problem):
            api.raise_threshold("plain/m@1", value, workspace=workspace)
    with pytest.raises(InputError, match="has no threshold 'autmatic'; use one of automatic"):
        api.raise_threshold("plain/m@1", 0.9, name="autmatic", workspace=workspace)
