"""The screen Label by keyboard: labels, undo, notes, passes, suggestions, reasons, and what it says of trouble."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.folders.labelling.log import log_path
from engine.folders.samples.training_db import Label, training_db

pytestmark = pytest.mark.slow


def stored(database: Path) -> dict[int, Label]:
    with training_db(database) as db:
        return db.labels("v2")


async def test_each_key_is_in_the_log_at_once_and_in_the_database_soon(
    library: Path, state_of: Any, label: Any, until: Any
) -> None:
    async with label() as (_, pilot):
        for count, key in enumerate("csgaou", start=1):
            await pilot.press(key)
            assert len(state_of(library).labels) == count
        given = [entry.label for entry in state_of(library).labels.values()]
        await until(pilot, lambda: len(stored(library)) == 6, "the database")
    assert given == [
        "creator_or_studio",
        "content_subject",
        "theme_or_genre",
        "asset_type",
        "other",
        "unknown",
    ]
    assert {one.who for one in stored(library).values()} == {"anna"}


async def test_undo_skip_and_note(library: Path, state_of: Any, label: Any, shows: Any) -> None:
    async with label() as (app, pilot):
        sitting = app.screen.labelling
        first = sitting.current.path
        await pilot.press("c", "space", "backspace", "backspace")
        assert sitting.current.path == first and not state_of(library).labels
        await pilot.press("N", *"odd cs", "enter")
        assert state_of(library).notes == {first: "odd cs"} and "odd cs" in shows(app)
        assert not state_of(library).labels and app.focused is None
        await pilot.press("N", *"xx", "escape", "s")
        assert state_of(library).notes == {first: "odd cs"}
        assert state_of(library).labels[first].label == "content_subject"


async def test_search_goes_through_what_it_finds(library: Path, label: Any, until: Any, shows: Any) -> None:
    async with label() as (app, pilot):
        await pilot.press("slash", *"beneos ICE vtt", "enter")
        await until(pilot, lambda: app.screen.labelling.current.path == "Beneos/Ice Cave/VTT")
        await pilot.press("slash", *"no such", "enter")
        await until(pilot, lambda: "No folder's path holds 'no such'" in shows(app))


async def test_the_suggestion_stands_first_and_enter_takes_it(
    library: Path, predicted: str, label: Any, shows: Any, state_of: Any
) -> None:
    async with label() as (app, pilot):
        assert "Enter content_subject" in shows(app) or "Enter asset_type" in shows(app)
        sitting = app.screen.labelling
        first, suggested = sitting.current.path, app.screen.model.suggestion(sitting)
        await pilot.press("enter")
    entry = state_of(library).labels[first]
    assert (entry.label, entry.run, entry.confidence) == (suggested.label, predicted, suggested.confidence)
    assert suggested.confidence == pytest.approx(0.4, abs=0.02)


async def test_without_a_model_enter_labels_nothing(library: Path, state_of: Any, label: Any, shows: Any) -> None:
    async with label() as (app, pilot):
        await pilot.press("enter")
        assert "No model yet" in shows(app) and not state_of(library).entries


async def test_why_shows_labelled_folders_that_are_like_it(library: Path, label: Any, until: Any, shows: Any) -> None:
    with training_db(library) as db:
        db.put_labels(Label(number, "v2", "asset_type", source="sheet.csv") for number in range(3, 60))
    async with label(size=(80, 24)) as (app, pilot):
        await pilot.press("W")
        await until(pilot, lambda: "words that they share" in shows(app) and "asset_type" in shows(app))
        await pilot.press("c")
        await until(pilot, lambda: app.screen.model.why is not None)
        await pilot.press("W")
        assert "words that they share" not in shows(app)


async def test_a_blind_pass_hides_labels_and_tells_how_far_they_agree(
    library: Path, label: Any, until: Any, shows: Any
) -> None:
    async with label() as (app, pilot):
        await pilot.press("c", "s", "g")
        await pilot.press("P")
        sitting = app.screen.labelling
        assert sitting.turn == 2 and "pass 2: 0 of 3" in shows(app) and "nothing is suggested" in shows(app)
        former = {path: entry.label for path, entry in sitting.state.labels.items()}
        keys = {name: key for key, name in app.screen.keys.items()}
        for _ in range(3):
            await pilot.press(keys[former[sitting.current.path]])
        assert "This pass is done" in shows(app) and "κ 1.00" in shows(app)
        await pilot.press("A")
        await until(pilot, lambda: "anna, pass 1 and anna, pass 2" in shows(app))
        assert "3 of 3 folders alike (100 %), κ 1.00, almost perfect" in shows(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("P")
        assert sitting.turn == 1 and len(sitting.known) == 3


async def test_labels_are_written_to_a_sheet_that_can_be_applied(
    library: Path, label: Any, until: Any, shows: Any
) -> None:
    from engine.sheet import Sheet

    async with label() as (app, pilot):
        await pilot.press("c", "s", "X")
        sheet = library.with_name("training.v2.csv")
        await until(pilot, sheet.exists)
        await until(pilot, lambda: "Wrote 2 labels" in shows(app))
    assert [row.cell("label") for row in Sheet(sheet)].count("content_subject") == 1


async def test_another_taxonomy_has_labels_of_its_own(
    library: Path, state_of: Any, label: Any, until: Any, shows: Any
) -> None:
    async with label() as (app, pilot):
        await pilot.press("c", "Y")
        await until(pilot, lambda: "Labels of v1" in shows(app))
        await pilot.press("c")
        await pilot.press("Y")
        await until(pilot, lambda: "Labels of v2" in shows(app))
    assert [entry.label for entry in state_of(library, "v1").labels.values()] == ["content"]
    assert [entry.label for entry in state_of(library).labels.values()] == ["creator_or_studio"]


async def test_a_full_disk_is_told_and_the_folder_stays(library: Path, label: Any, shows: Any) -> None:
    async with label() as (app, pilot):
        sitting = app.screen.labelling
        first = sitting.current.path
        sitting.log.path = library.parent / "gone" / "log"
        await pilot.press("c")
        assert "nothing could be saved" in shows(app) and sitting.current.path == first


async def test_torn_lines_are_told(library: Path, label: Any, shows: Any) -> None:
    log_path(library).write_bytes(b'{"id": "1", "t": 1.0, "act": "lab\n')
    async with label() as (app, _):
        assert "1 torn lines of the log were passed over" in shows(app)


async def test_without_a_database_it_says_what_to_do(workspace: Any, console: Any, until: Any, shows: Any) -> None:
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("6")
        await until(pilot, lambda: "engine folders gather ROOT" in shows(app))
        await pilot.press("c", "space", "escape")
        await until(pilot, lambda: app.current_mode == "monitor")


async def test_a_database_that_is_named_and_not_there_is_a_sentence(
    library: Path, console: Any, until: Any, shows: Any, tmp_path: Path
) -> None:
    app = console(training_db=tmp_path / "other.db")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6")
        await until(pilot, lambda: "there is no such file" in shows(app))


async def test_read_only_has_no_label_screen(library: Path, console: Any, shows: Any) -> None:
    app = console(readonly=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6")
        await pilot.pause()
        assert app.current_mode == "monitor" and "6 Label" not in shows(app)


async def test_a_key_that_changes_nothing_sends_nothing(library: Path, label: Any, until: Any) -> None:
    async with label() as (app, pilot):
        await pilot.press("c", "s")
        await until(pilot, lambda: len(stored(library)) == 2)
        await pilot.pause(0.1)
        sent: list[str] = []
        app._driver.write = sent.append
        app.screen.show()
        app.screen.learning.follow(app.snapshot)
        await pilot.press("z", "enter")
        await pilot.pause(0.2)
        assert "".join(sent) == ""


async def test_a_label_can_be_clicked(library: Path, state_of: Any, label: Any) -> None:
    async with label() as (app, pilot):
        labels = app.screen.query_one("#labels")
        for y in range(labels.content_size.height):
            if app.screen.panes.label_at(y) == "theme_or_genre":
                await pilot.click("#labels", offset=(6, y + 1))
                break
        assert [entry.label for entry in state_of(library).labels.values()] == ["theme_or_genre"]
        await pilot.click("#labels", offset=(6, labels.content_size.height))
        assert len(state_of(library).labels) == 1
