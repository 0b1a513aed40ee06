"""Train: what it does with good input, bad input, and a change of mind."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.runs.spec import RunSpec
from engine.runs.store import list_runs
from tests.tui.train.conftest import POLES, REHEARSAL

pytestmark = pytest.mark.slow


async def at(app: Any, pilot: Any, until: Any, model: str, name: str) -> None:
    """Put the cursor on a setting."""
    sheet = app.screen.panes.settings.sheet
    await until(pilot, lambda: any(row.key == (model, name) for row in sheet.rows), name)
    sheet.focus()
    sheet.go_to((model, name))
    await pilot.pause()


def value_of(app: Any, model: str, name: str) -> str:
    return next(row.value for row in app.screen.panes.settings.sheet.rows if row.key == (model, name))


async def test_what_is_ticked_is_trained_and_shown(train: Any, workspace: Any, until: Any, shows: Any) -> None:
    async with train() as (app, pilot):
        await pilot.press("down", "down", "space")
        await until(pilot, lambda: "[ ] slow" in shows(app))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.current_mode == "monitor" and "✓ done" in shows(app))
    assert [paths.id.split("-")[3] for paths in list_runs(workspace)] == ["quick"]


async def test_nothing_ticked_has_no_start(train: Any, shows: Any, until: Any) -> None:
    async with train() as (app, pilot):
        await pilot.press("down", "space", "down", "space")
        await until(pilot, lambda: "Choose at least one model" in shows(app))
        assert "^g Start" not in shows(app)


async def test_a_value_is_judged_as_it_is_typed_and_kept_when_it_can_be(train: Any, until: Any, shows: Any) -> None:
    async with train() as (app, pilot):
        await at(app, pilot, until, "slow", "epochs")
        await pilot.press("enter")
        app.screen.query_one("#value").value = "many"
        await until(pilot, lambda: "must be a whole number, not 'many'" in shows(app))
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.panes.settings.editing is not None
        app.screen.query_one("#value").value = "25"
        await pilot.press("enter")
        await until(pilot, lambda: value_of(app, "slow", "epochs") == "25" and "● yours" in shows(app))
        assert app.screen.panes.line.value == "slow.epochs=25"
        await pilot.press("backspace")
        await until(pilot, lambda: value_of(app, "slow", "epochs") == "40")
        assert app.screen.panes.line.value == ""
        await pilot.press("enter", "9", "escape")
        await pilot.pause()
        assert app.screen.picture.draft.changes == () and app.current_mode == "train"


async def test_escape_leaves_the_line_then_the_screen(train: Any, until: Any) -> None:
    async with train() as (app, pilot):
        await pilot.press("l", "3")
        await pilot.pause()
        assert app.current_mode == "train" and app.screen.panes.line.value == "3"
        await pilot.press("escape")
        await pilot.pause()
        assert app.current_mode == "train"
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "monitor")


async def test_truths_toggle_and_choices_are_offered(train: Any, profiles: Path, until: Any, shows: Any) -> None:
    (profiles / "rehearsal.yaml").write_text(POLES)
    async with train(ready="[x] ner") as (app, pilot):
        await at(app, pilot, until, "ner", "length_buckets")
        await pilot.press("space")
        await until(pilot, lambda: "ner.length_buckets=false" in shows(app))
        await pilot.press("space")
        await until(pilot, lambda: app.screen.picture.draft.changes == ())
        await at(app, pilot, until, "ner", "schedule")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press(*"cos", "enter")
        await until(pilot, lambda: app.screen.picture.draft.changes == ("ner.schedule=cosine",))


async def test_the_line_and_the_table_show_one_truth(train: Any, until: Any, shows: Any) -> None:
    async with train() as (app, pilot):
        app.screen.panes.line.value = "epochs=7 quick.seed=-1"
        await until(pilot, lambda: "quick.seed=-1: must be greater than or equal to 0" in shows(app))
        assert "✗ cannot be" in shows(app)
        assert value_of(app, "slow", "epochs") == "7"
        assert value_of(app, "quick", "seed") == "-1"
        await until(pilot, lambda: "^g Start" not in shows(app))
        await pilot.press("c")
        await until(pilot, lambda: "only changed" in shows(app))
        names = [row.key for row in app.screen.panes.settings.sheet.rows if row.setting is not None]
        assert names == [("quick", "epochs"), ("quick", "seed"), ("slow", "epochs")]


async def test_a_line_that_cannot_be_read_stays_and_says_so(train: Any, until: Any, shows: Any) -> None:
    async with train() as (app, pilot):
        await pilot.press("l")
        app.screen.panes.line.value = "quick.epochs='7"
        await until(pilot, lambda: "a quote is not closed" in shows(app))
        await pilot.press("end", "'")
        await until(pilot, lambda: "not closed" not in shows(app) and value_of(app, "quick", "epochs") == "7")


async def test_settings_are_found_by_words_of_their_meaning(train: Any, until: Any) -> None:
    async with train() as (app, pilot):
        await until(pilot, lambda: app.screen.picture.sheet is not None)
        await pilot.press("slash")
        app.screen.query_one("#filter").value = "times script"
        sheet = app.screen.panes.settings.sheet
        await until(pilot, lambda: {row.key[1] for row in sheet.rows} == {"", "epochs"})
        await pilot.press("escape")
        await until(pilot, lambda: len(sheet.rows) > 10)


async def test_the_plan_says_what_waits_for_what(train: Any, until: Any, shows: Any) -> None:
    async with train(size=(200, 60)) as (app, pilot):
        await until(pilot, lambda: "after quick (this start)" in shows(app))
        assert "2 runs together" in shows(app) and "starts at once" in shows(app)


async def test_a_dry_run_shows_the_command_and_starts_nothing(
    train: Any, workspace: Any, until: Any, shows: Any
) -> None:
    async with train() as (app, pilot):
        app.screen.panes.line.value = "slow.epochs=2"
        await until(pilot, lambda: app.screen.picture.draft.changes and app.screen.picture.planned)
        await pilot.press("d")
        await until(pilot, lambda: "nothing was started" in shows(app))
        assert "engine train rehearsal quick slow --set slow.epochs=2" in shows(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert list_runs(workspace) == []


async def test_a_start_is_given_up_while_data_is_made(
    train: Any, workspace: Any, until: Any, shows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import starting

    made, go, specify = threading.Event(), threading.Event(), starting.specify

    def slowly(*given: Any) -> RunSpec:
        made.set()
        assert go.wait(10)
        return specify(*given)

    monkeypatch.setattr(starting, "specify", slowly)
    async with train() as (app, pilot):
        app.screen.panes.line.value = "slow.epochs=2"
        await until(pilot, lambda: app.screen.picture.draft.changes)
        await pilot.press("ctrl+g")
        await until(pilot, made.is_set)
        await until(pilot, lambda: "Data of quick (1 of 2)" in shows(app) and "x Cancel" in shows(app))
        await pilot.press("x")
        go.set()
        await until(pilot, lambda: not app.screen.starter.busy)
        assert "nothing is started" in shows(app) or "nothing was started" in shows(app)
        assert app.screen.picture.draft.changes == ("slow.epochs=2",)
    assert list_runs(workspace) == []


async def test_a_failed_start_says_why_and_keeps_what_was_typed(
    train: Any, profiles: Path, workspace: Any, until: Any, shows: Any
) -> None:
    async with train() as (app, pilot):
        app.screen.panes.line.value = "slow.epochs=2"
        await until(pilot, lambda: app.screen.picture.draft.changes and app.screen.picture.planned)
        (profiles / "rehearsal.yaml").unlink()
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "no such file" in shows(app))
        assert app.screen.panes.line.value == "slow.epochs=2"
    assert list_runs(workspace) == []


async def test_readonly_shows_the_plan_and_has_no_start(train: Any, workspace: Any, until: Any, shows: Any) -> None:
    async with train(readonly=True) as (app, pilot):
        await until(pilot, lambda: "d Dry run" in shows(app))
        assert "^g Start" not in shows(app)
        await pilot.press("ctrl+g")
        await pilot.pause()
    assert list_runs(workspace) == []


async def test_a_profile_that_cannot_be_used_names_file_line_and_field(
    train: Any, profiles: Path, shows: Any, until: Any
) -> None:
    (profiles / "rehearsal.yaml").write_text(REHEARSAL.replace("task: noop", "task: nop"))
    async with train(ready="cannot be used") as (app, pilot):
        await until(pilot, lambda: "rehearsal.yaml:6:" in shows(app) and "models.quick.task" in shows(app))
        assert "^g Start" not in shows(app)


async def test_no_profile_at_all_says_what_to_do(train: Any, profiles: Path) -> None:
    (profiles / "rehearsal.yaml").unlink()
    async with train(ready="There is no profile"):
        pass


async def test_a_narrow_window_shows_settings_or_plan(train: Any, until: Any, shows: Any) -> None:
    async with train(size=(80, 24)) as (app, pilot):
        await until(pilot, lambda: app.screen.picture.planned)
        assert "starts at once" not in shows(app)
        await pilot.press("p")
        await until(pilot, lambda: "starts at once" in shows(app))


async def test_the_mouse_does_what_keys_do(train: Any, until: Any, shows: Any) -> None:
    async with train() as (app, pilot):
        await until(pilot, lambda: app.screen.picture.sheet is not None)
        await at(app, pilot, until, "quick", "epochs")
        _, y, _ = app.screen.panes.settings.sheet.place_of_value
        await pilot.click("#sheet", offset=(4, y), times=2)
        await until(pilot, lambda: app.screen.panes.settings.editing is not None)
