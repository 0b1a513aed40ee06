"""Into production and back out, from the console."""

from __future__ import annotations

import os
from typing import Any

import pytest

from engine.registry.history import read_history
from engine.registry.standing import standing_of
from engine.registry.store import home_of
from tests.tui.models_screen.conftest import a_comparison, a_gate, a_move

pytestmark = pytest.mark.slow
"""Each opens the whole console and starts a process."""


@pytest.fixture
def home(registry: Any) -> Any:
    return home_of(registry, "utility", "ner")


async def asked(pilot: Any, app: Any, until: Any, shows: Any, *keys: str) -> None:
    """Ask the gate about the version below the newest, and wait for its answer."""
    await pilot.press("down", "P")
    await until(pilot, lambda: "checks" in shows(app), "the gate's answer")
    await pilot.press(*keys)
    await pilot.pause()


async def test_a_version_that_passes_the_gate_goes_into_production(
    home: Any, engine: Any, models: Any, shows: Any, until: Any
) -> None:
    async with models() as (app, pilot):
        await asked(pilot, app, until, shows)
        assert "✓ It passes the gate: 5 of 5 checks." in shows(app) and "11.2 ms (p95)" in shows(app)
        assert standing_of(home).production == 2
        await pilot.press(*"week", "enter", "down", "enter")
        await until(pilot, lambda: "production @3, previous @2" in shows(app), "the sentence")
        await until(pilot, lambda: "@3  ● production" in shows(app), "the alias")
    entry = read_history(home)[-1]
    assert (entry.action, entry.to_version, entry.why, entry.forced) == ("promote", 3, "week", False)
    assert entry.gate is not None and len(entry.gate["checks"]) == 5
    assert engine.asked[0]["asked"][:4] == ["models", "gate", "utility/ner@3", "--json"]


async def test_enter_alone_promotes_nothing(home: Any, engine: Any, models: Any, shows: Any, until: Any) -> None:
    async with models() as (app, pilot):
        await asked(pilot, app, until, shows, "enter", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert standing_of(home).production == 2


async def test_a_refused_version_needs_the_word_and_a_reason(
    home: Any, engine: Any, models: Any, shows: Any, until: Any
) -> None:
    engine.says("gate", a_gate(passed=False))
    async with models() as (app, pilot):
        await asked(pilot, app, until, shows, "down", "enter")
        assert "✗ It does not pass the gate: 1 of 5 checks failed." in shows(app)
        assert "type force and a reason" in shows(app)
        await pilot.press(*"force", "enter", "enter", "enter")
        await until(pilot, lambda: "An override needs a reason" in shows(app))
        assert standing_of(home).production == 2
        await pilot.press(*"demo", "enter", "enter")
        await until(pilot, lambda: "(forced)" in shows(app), "the sentence")
    entry = read_history(home)[-1]
    assert (entry.to_version, entry.why, entry.forced) == (3, "demo", True)
    assert entry.gate is not None and not entry.gate["passed"]


async def test_who_comes_second_is_told_and_can_look_again(
    home: Any, engine: Any, models: Any, shows: Any, until: Any
) -> None:
    async with models() as (app, pilot):
        await asked(pilot, app, until, shows, "enter")
        a_move(version_of(home, 4), "promote", days=0, was=2, who="grace", why="better recall")
        await pilot.press("down", "enter")
        await until(pilot, lambda: "somebody was first" in shows(app), "the sentence")
        assert "by grace came first" in " ".join(shows(app).replace("│", " ").split())
        assert standing_of(home).production == 4
        engine.says("gate", a_gate(production="utility/ner@4"))
        await pilot.press("enter")
        await until(pilot, lambda: "It would replace utility/ner@4." in shows(app), "another look")
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: "production @3" in shows(app), "the sentence")
    assert standing_of(home).productions == (1, 2, 4, 3)


def version_of(home: Any, number: int) -> Any:
    from engine.registry.store import Version

    return Version(home, number)


async def test_escape_ends_what_is_being_measured(
    home: Any, engine: Any, models: Any, shows: Any, until: Any
) -> None:
    engine.waits()
    async with models() as (app, pilot):
        await pilot.press("P")
        await until(pilot, lambda: "Asking the gate" in shows(app) and engine.asked)
        pid = engine.asked[0]["pid"]
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await until(pilot, lambda: not is_alive(pid), "the end of the process")
    assert standing_of(home).production == 2


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_gate_that_cannot_answer_says_why(
    home: Any, engine: Any, models: Any, shows: Any, until: Any
) -> None:
    (engine.folder / "gate.json").unlink()
    async with models() as (app, pilot):
        await pilot.press("P")
        await until(pilot, lambda: "its files are not intact" in shows(app), "the sentence")
        assert "Look again" in shows(app)


async def test_back_to_what_was_before(home: Any, models: Any, shows: Any, until: Any) -> None:
    async with models() as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "from @2 back to @1" in shows(app))
        await pilot.press(*"no", "enter", "enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert standing_of(home).production == 2
        await pilot.press("R")
        await until(pilot, lambda: "from @2 back to @1" in shows(app))
        await pilot.press(*"misses poles", "enter", "down", "enter")
        await until(pilot, lambda: "@1  ● production" in shows(app), "the alias")
    entry = read_history(home)[-1]
    assert (entry.action, entry.from_version, entry.to_version, entry.why) == ("rollback", 2, 1, "misses poles")


async def test_a_rollback_that_rests_on_what_is_no_longer_so_is_not_made(
    home: Any, models: Any, shows: Any, until: Any
) -> None:
    async with models() as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "from @2 back to @1" in shows(app))
        a_move(version_of(home, 4), "promote", days=0, was=2, who="grace", why="better recall")
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: "by grace came first" in " ".join(shows(app).split()), "the sentence")
        await until(pilot, lambda: "@4  ● production" in shows(app), "what stands")
    assert standing_of(home).production == 4


async def test_staging_and_a_threshold_that_only_goes_up(home: Any, models: Any, shows: Any, until: Any) -> None:
    async with models() as (app, pilot):
        await pilot.press("S")
        await until(pilot, lambda: "from @3 to @4" in shows(app))
        await pilot.press("enter", "down", "enter")
        await until(pilot, lambda: "@4  ◆ staging" in shows(app), "the alias")
        await pilot.press("T")
        await until(pilot, lambda: "automatic 0.8" in shows(app))
        await pilot.press("enter", *"0.7", "enter", "enter", "down", "enter")
        await until(pilot, lambda: "automatic is 0.8 already" in shows(app))
        await pilot.press("enter", "backspace", "backspace", "backspace", *"0.9", "enter", "enter", "enter")
        await until(pilot, lambda: "automatic 0.9 raised" in shows(app), "the threshold")
    assert standing_of(home).thresholds == {4: {"automatic": 0.9}}


async def test_a_real_gate_is_asked_in_a_process_of_its_own(
    registry: Any, models: Any, shows: Any, until: Any
) -> None:
    async with models(model="utility/embeddings") as (app, pilot):
        await pilot.press("P")
        await until(pilot, lambda: "It does not pass the gate" in shows(app) or "It passes" in shows(app))
        assert "files" in shows(app) and "Nothing is in production yet." in shows(app)


async def test_a_candidate_is_tried_given_more_and_withdrawn(home: Any, models: Any, shows: Any, until: Any) -> None:
    async with models() as (app, pilot):
        await until(pilot, lambda: "Nothing is deployed" in shows(app))
        await pilot.press("down", "D")
        await until(pilot, lambda: "Try utility/ner@3 beside @2?" in shows(app))
        await pilot.press(*"200", "enter", "enter", "down", "enter")
        await until(pilot, lambda: "above 0 and up to 100" in shows(app))
        await pilot.press("end", "backspace", "backspace", "backspace", *"10", "enter", "enter", "enter")
        await until(pilot, lambda: "@3 beside @2" in shows(app) and "10 % of the keys" in shows(app), "the A/B")
        assert "◑ candidate" in shows(app) and "nobody has said yet" in shows(app)
        await pilot.press("A")
        await until(pilot, lambda: "It answers 10 % of the requests now." in shows(app))
        assert app.screen.query_one("#share").value == "50"
        await pilot.press("enter", "enter", "down", "enter")
        await until(pilot, lambda: "50 % of the keys" in shows(app), "the next share")
        await pilot.press("W")
        await until(pilot, lambda: "Withdraw @3 of utility/ner?" in shows(app))
        await pilot.press(*"slow", "enter", "down", "enter")
        await until(pilot, lambda: "Nothing is deployed" in shows(app), "the end")
    assert [entry.action for entry in read_history(home)[-3:]] == ["deploy", "ramp", "withdraw"]


async def test_a_share_that_rests_on_what_is_no_longer_so_is_not_given(
    deployed: Any, home: Any, models: Any, shows: Any, until: Any
) -> None:
    async with models() as (app, pilot):
        await until(pilot, lambda: "✓ The candidate is better" in shows(app), "the verdict")
        await pilot.press("A")
        await until(pilot, lambda: "It answers 50 % of the requests now." in shows(app))
        a_move(version_of(home, 3), "withdraw", days=0, was=2, who="traffic", why="too slow")
        await pilot.press("enter", "enter", "down", "enter")
        await until(pilot, lambda: "by traffic came first" in " ".join(shows(app).split()), "the sentence")
    assert standing_of(home).deployment is None


async def test_two_marked_versions_are_compared(home: Any, engine: Any, models: Any, shows: Any, until: Any) -> None:
    engine.says("compare", a_comparison("utility/ner@1"))
    async with models() as (app, pilot):
        await pilot.press("down", "down", "c")
        await until(pilot, lambda: "Mark two versions with Space" in shows(app))
        await pilot.press("down", "space", "up", "up", "space", "c")
        await until(pilot, lambda: "utility/ner@3 is better than utility/ner@1" in flat(shows(app)), "the answer")
        assert "✓ 9 fixed: @3 answers better" in shows(app) and "0.8815  0.9012" in shows(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert engine.asked[0]["asked"][:3] == ["compare", "utility/ner@1", "utility/ner@3"]


async def test_a_comparison_that_cannot_be_made_says_why(
    home: Any, engine: Any, models: Any, shows: Any, until: Any
) -> None:
    async with models() as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: "its files are not intact" in shows(app), "the sentence")


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())
