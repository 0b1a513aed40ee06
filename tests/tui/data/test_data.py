"""Data: the list of datasets, what is in one, and where it leads to."""

from __future__ import annotations

from typing import Any

import pytest

from engine.datasets.store import list_datasets
from tests.tui.data.conftest import ENTITIES, NOW, many
from tui.screens.bars import ActionBar


def footer(app: Any) -> str:
    return str(app.screen.query_one(ActionBar).render().plain)


async def opened(app: Any, pilot: Any, until: Any, shows: Any) -> None:
    await pilot.press("1")
    await until(pilot, lambda: app.screen.looked is not None and "Examples  train" in shows(app), "the examples")


async def test_an_empty_workspace_says_what_to_do(console: Any, until: Any, shows: Any) -> None:
    app = console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("1")
        await until(pilot, lambda: "There is no dataset in this workspace yet" in shows(app))
        assert "g  makes one" in shows(app) and "g Generate" in footer(app)


async def test_readonly_shows_and_makes_nothing(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(readonly=True, now=lambda: NOW)
    async with app.run_test(size=(140, 40)) as pilot:
        await opened(app, pilot, until, shows)
        for absent in ("Generate", "Import", "Train", "Curate"):
            assert absent not in footer(app)
        await pilot.press("g", "i", "enter", "c")
        await pilot.pause()
        assert app.current_mode == "data" and len(app.screen_stack) == 1


async def test_the_newest_stands_first_and_is_looked_at(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(140, 40)) as pilot:
        await opened(app, pilot, until, shows)
        listed = [line for line in shows(app).splitlines() if "recipe" in line or "import" in line][:5]
        assert ["ner" in listed[0], "embeddings" in listed[1], "16d" in listed[4]] == [True] * 3
        text = shows(app)
        assert "18 feet MEASURE" in text and "EQUIPMENT ━" in text and "5e5e5e" in text
        await pilot.press("down")
        await until(pilot, lambda: "The post must stand." in shows(app) and "0.8-1.0 ━" in shows(app))
        await pilot.press("down")
        await until(pilot, lambda: "└─ Tavern/" in shows(app) and "/srv/folders.csv, 25 rows" in shows(app))
        await pilot.click("#data-list", offset=(5, 3))
        await until(pilot, lambda: "embeddings" in app.screen.cursor.dataset)


@pytest.mark.slow
async def test_a_filter_is_typed_and_taken_away(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, until, shows)
        await pilot.press("slash", *"yolo q")
        await until(pilot, lambda: "No dataset has these words" in shows(app))
        await pilot.press("backspace", "backspace", "enter")
        await until(
            pilot, lambda: "1 of 5" in shows(app) and "Example" in shows(app) and "infrared" not in shows(app)
        )
        await pilot.press("escape")
        await until(pilot, lambda: "infrared" in shows(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "monitor")


@pytest.mark.slow
async def test_examples_are_paged_by_split_and_by_class(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, until, shows)
        first = app.screen.panes.shown
        await pilot.press("right")
        await until(pilot, lambda: app.screen.panes.shown and app.screen.panes.shown[0].at == first[-1].after)
        await pilot.press("left")
        await until(pilot, lambda: app.screen.panes.shown[:1] == first[:1])
        await pilot.press("s")
        await until(pilot, lambda: "Examples  validation" in shows(app) and "of 12" in shows(app))
        await pilot.press("f", "down", "down", "down", "enter")
        await until(pilot, lambda: "only STANDARD" in shows(app))
        assert {one.at.number % 3 for one in app.screen.panes.shown} == {1}
        for _ in range(3):
            await pilot.press("right")
            await pilot.pause(0.05)
        await until(pilot, lambda: "last examples" in shows(app) or "No " in shows(app))
        await pilot.press("escape")
        await until(pilot, lambda: "only STANDARD" not in shows(app))


@pytest.mark.slow
async def test_boxes_and_labelled_pictures_are_shown_as_such(
    shelf: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 50)) as pilot:
        await opened(app, pilot, until, shows)
        await pilot.press("end")
        await until(pilot, lambda: "light dim" in shows(app) and "▀" in shows(app) and "hot-spot" in shows(app))
        await pilot.press("up")
        await until(pilot, lambda: "9 × 39 px at 26, 6" in shows(app) and "▀" in shows(app))
        await pilot.press("right")
        await until(pilot, lambda: "2 of 9" in shows(app))


@pytest.mark.slow
async def test_in_ascii_there_are_paths_in_place_of_pictures(
    shelf: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW, ascii_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, until, shows)
        await pilot.press("end", "up")
        await until(pilot, lambda: "9 x 39 px" in shows(app))
        assert "\n".join(shows(app).splitlines()[1:]).isascii()


async def test_enter_opens_train_with_the_dataset(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, until, shows)
        chosen = app.screen.cursor.dataset
        asked = []
        app.action_open = lambda mode: asked.append((mode, app.train_dataset))
        await pilot.press("enter")
        assert asked == [("train", chosen)]


@pytest.mark.slow
async def test_curate_opens_with_the_dataset(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, until, shows)
        assert "Curate" not in footer(app).replace("7 Curate", "")
        await pilot.press("end", "up")
        await until(pilot, lambda: "Curate" in footer(app))
        chosen = app.screen.cursor.dataset
        await pilot.press("c")
        listing = "#curate-datasets"
        await until(
            pilot,
            lambda: (
                app.current_mode == "curate"
                and app.screen.query_one(listing).highlighted is not None
                and app.screen.query_one(listing).highlighted_option.id == chosen
            ),
        )


@pytest.mark.slow
async def test_on_a_small_screen_panes_take_turns(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, until, shows)
        await pilot.press("p")
        await until(pilot, lambda: "Classes  train" in shows(app) and "Examples  train" not in shows(app))
        await pilot.press("p")
        await until(pilot, lambda: "sha256" in shows(app))


@pytest.mark.slow
async def test_a_dataset_made_elsewhere_appears(store: Any, console: Any, until: Any, shows: Any) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("1")
        await until(pilot, lambda: "There is no dataset" in shows(app))
        store("token-classification", many(ENTITIES, 20))
        await until(pilot, lambda: "utility-ner" in shows(app) and "18 feet" in shows(app))


async def test_a_damaged_manifest_hides_no_other(shelf: Any, console: Any, until: Any, shows: Any) -> None:
    broken = list_datasets(shelf)[-2]
    (broken.path / "manifest.json").write_text("{")
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, until, shows)
        assert "its manifest is damaged" in shows(app)
        await pilot.press("end")
        await until(pilot, lambda: "its manifest is damaged" in shows(app) and "✗" in shows(app))


async def test_names_from_files_are_no_markup_and_no_codes(store: Any, console: Any, until: Any, shows: Any) -> None:
    rows = many([{"text": "[red]x[/red] \x1b[31mred", "label": "[bold]"}], 20)
    store("text-classification", rows, "[b]classifier", "folders")
    app = console(now=lambda: NOW)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot, until, shows)
        assert "[red]x[/red]" in shows(app) and "\x1b" not in shows(app) and "[bold]" in shows(app)


async def test_the_classes_of_one_dataset_are_not_offered_for_another(
    shelf: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console(now=lambda: NOW)
    async with app.run_test(size=(140, 40)) as pilot:
        await opened(app, pilot, until, shows)
        assert "f Class" in footer(app)
        app.screen.in_thread = lambda *work, **how: None  # the disk takes its time
        await pilot.press("end", "f")
        assert len(app.screen_stack) == 1
