"""Looking at versions, and what a look never does."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.tui.models_screen.conftest import a_move, a_version
from tui.widgets.lines import Lines

pytestmark = pytest.mark.slow
"""Each opens the whole console."""

PANES = ("A/B", "Triggers", "Version @4", "History of utility/ner")


def footer(app: Any) -> str:
    return str(app.screen.query_one("ActionBar").render())


async def test_versions_stand_side_by_side_with_what_is_in_use(registry: Any, models: Any, shows: Any) -> None:
    async with models() as (app, pilot):
        text = shows(app)
        assert "@3  ◆ staging     0.9012  ▲+0.0197" in text and "@2  ● production  0.8815" in text
        assert "✗ 1/2" in text and "! forced  the first" in text and "✓ passed" in text
        assert "● @2 production" in text and "@1, none in use" in text
        await pilot.press("left")
        await pilot.pause(0.3)
        assert "Versions of utility/embeddings" in shows(app) and "Nothing was moved yet" in shows(app)


async def test_what_others_do_is_seen_and_the_cursor_stays_on_its_version(
    registry: Any, models: Any, shows: Any, until: Any
) -> None:
    async with models() as (app, pilot):
        await pilot.press("down")
        made = a_version(registry, "utility", "ner", days=0.01, run="20261120-142500-utility-ner-aaaa", score=0.95)
        await until(pilot, lambda: "@5" in shows(app), "the new version")
        assert "▸  @3" in shows(app)
        a_move(made, "stage", days=0.001, was=3, who="trigger", why="settled")
        await until(pilot, lambda: "@5  ◆ staging" in shows(app), "its alias")
        assert "settled" in shows(app)


async def test_nothing_is_sent_while_nothing_changes(registry: Any, models: Any) -> None:
    async with models() as (app, pilot):
        await pilot.pause(0.3)
        sent: list[Any] = []
        app._display = lambda *given: sent.append(given)
        looks = app.screen._watches[0].looks
        await pilot.pause(1.2)
        assert sent == [] and app.screen._watches[0].looks > looks


async def test_a_damaged_version_is_told_and_takes_nothing_with_it(
    registry: Any, models: Any, shows: Any, until: Any
) -> None:
    home = registry.models / "utility" / "ner"
    (home / "4" / "manifest.json").write_text("{")
    shutil.rmtree(home / "1" / "model")
    (home / "9").mkdir()
    async with models() as (app, pilot):
        assert "✗ damaged" in shows(app) and "@9 is damaged: " in shows(app)
        assert "Promote" not in footer(app) and "Stage" not in footer(app)
        await pilot.press("down")
        await until(pilot, lambda: "@4 is damaged: " in shows(app))
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: "@1 is damaged: model/" in shows(app))


async def test_a_history_that_cannot_be_read_is_told(registry: Any, models: Any, shows: Any, until: Any) -> None:
    history = registry.models / "utility" / "ner" / "history.jsonl"
    async with models() as (app, pilot):
        history.write_text('{"who": 1}\n')
        await until(pilot, lambda: "damaged history" in shows(app))
        await pilot.press("down")
        await until(pilot, lambda: "a line cannot be read" in " ".join(shows(app).replace("│", " ").split()))
        assert "Roll back" not in footer(app)


async def test_one_pane_at_a_time_where_it_is_small(registry: Any, models: Any, shows: Any) -> None:
    async with models((80, 24)) as (app, pilot):
        assert "History of utility/ner" in shows(app) and "Version @4" not in shows(app)
        for title in ("A/B", "Triggers", "Version @4", "History of utility/ner"):
            await pilot.press("p")
            await pilot.pause()
            assert [pane for pane in PANES if f"╭─ {pane}" in shows(app)] == [title]


async def test_an_empty_workspace_says_what_to_do(console: Any, shows: Any, until: Any) -> None:
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5")
        await until(pilot, lambda: "There is no version yet" in shows(app))
        assert "2 starts a training" in shows(app) and "engine models register RUN" in shows(app)
        await pilot.press("P", "R", "c", "space", "up", "m", "S", "p", "right")
        assert len(app.screen_stack) == 1


async def test_read_only_one_can_look_and_move_nothing(registry: Any, models: Any, shows: Any) -> None:
    history = registry.models / "utility" / "ner" / "history.jsonl"
    before = history.read_bytes()
    async with models(readonly=True) as (app, pilot):
        await pilot.press("down", "P", "enter", "R", "S", "T")
        assert len(app.screen_stack) == 1 and "Promote" not in footer(app) and "Compare" in footer(app)
    assert history.read_bytes() == before


async def test_the_card_is_a_page(registry: Any, models: Any, shows: Any, until: Any) -> None:
    async with models() as (app, pilot):
        await pilot.press("m")
        await until(pilot, lambda: "Finds equipment in texts" in shows(app))
        assert "Card of utility/ner@4" in shows(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_mouse_chooses_models_and_versions(registry: Any, models: Any, shows: Any, until: Any) -> None:
    async with models() as (app, pilot):
        await pilot.click("#versions", offset=(10, 3))
        await until(pilot, lambda: app.screen.cursor.version.number == app.screen.cursor.seen.versions[1].number)
        app.screen.query_one("#versions").post_message(Lines.Scrolled(app.screen.query_one("#versions"), 1))
        await until(pilot, lambda: app.screen.cursor.at == 2)
        await pilot.click("#model-list", offset=(5, 1))
        await until(pilot, lambda: "Versions of utility/embeddings" in shows(app))
        await pilot.click("#history", offset=(10, 1))
        assert len(app.screen_stack) == 1
