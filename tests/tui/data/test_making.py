"""Generate and Import: by form, shown before, made, ended at will."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.datasets.store import list_datasets
from tui.screens.bars import ActionBar


def footer(app: Any) -> str:
    return str(app.screen.query_one(ActionBar).render().plain)


async def in_window(app: Any, pilot: Any, until: Any, shows: Any, key: str, word: str) -> None:
    await pilot.press("1")
    await until(pilot, lambda: "There is no dataset" in shows(app))
    await pilot.press(key)
    await until(pilot, lambda: word in shows(app), "the form")


def nothing_written(workspace: Any) -> bool:
    return not workspace.datasets.exists() or not list(workspace.datasets.iterdir())


@pytest.mark.slow
async def test_a_recipe_is_changed_shown_and_made(
    profiles: Path, workspace: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_window(app, pilot, until, shows, "g", "examples  ")
        await pilot.press("down", "down", "down", *"11", "down", "backspace", "backspace", *"30")
        await until(pilot, lambda: "train 21  validation 6  test 3" in shows(app), "the preview")
        assert "yours" in shows(app) or app.screen.sheet.form.value("setting.examples") == "30"
        assert nothing_written(workspace)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(app.screen_stack) == 1 and "rehearsal-quick" in shows(app), "the dataset")
        await until(pilot, lambda: "Made rehearsal-quick" in shows(app))
    (made,) = list_datasets(workspace)
    assert (made.manifest.seed, made.manifest.counts) == (11, {"train": 21, "validation": 6, "test": 3})


@pytest.mark.slow
async def test_what_is_typed_is_checked_and_another_preset_brings_its_own_values(
    profiles: Path, fake_engine: None, workspace: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_window(app, pilot, until, shows, "g", "examples  ")
        await until(pilot, lambda: "^g Make" in footer(app))
        await pilot.press("down", "down", "down", "down", "x")
        await until(pilot, lambda: "examples: must be a whole number" in shows(app))
        assert "^g Make" not in footer(app)
        await pilot.press("backspace", "up", *"1q")
        await until(pilot, lambda: "'1q' is not a seed" in shows(app))
        await pilot.press("backspace")
        await until(pilot, lambda: "^g Make" in footer(app))
        await pilot.press("up", "right")
        await until(pilot, lambda: app.screen.sheet.form.value("setting.examples") == "12", "values of the preset")


@pytest.mark.slow
async def test_esc_ends_what_is_being_made(
    profiles: Path, fake_engine: None, workspace: Any, console: Any, until: Any, shows: Any
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_window(app, pilot, until, shows, "g", "examples  ")
        await until(pilot, lambda: "^g Make" in footer(app))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "texts written 800 of 1,200" in shows(app))
        process = app.screen.making._process
        await pilot.press("escape")
        await until(pilot, lambda: "taken away" in shows(app).replace("\n", " ") and process.poll() is not None)
        assert nothing_written(workspace) and len(app.screen_stack) == 2
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


@pytest.mark.slow
async def test_files_are_completed_looked_at_and_imported(
    profiles: Path, workspace: Any, console: Any, until: Any, shows: Any, tmp_path: Path
) -> None:
    lines = [f"It is {number} feet high.\tmatters" for number in range(20)]
    blocks = "\n\n".join(f"It O\nis O\n{number} B-MEASURE\nfeet I-MEASURE" for number in range(20))
    (tmp_path / "spans.conll").write_text(blocks + "\n")
    (tmp_path / "spare.tsv").write_text("\n".join(lines))
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_window(app, pilot, until, shows, "i", "Write the path")
        app.screen.sheet.put(app.screen.sheet.form.type(str(tmp_path / "sp")))
        await pilot.press("tab")
        await until(pilot, lambda: "spans.conll  spare.tsv" in shows(app))
        await pilot.press("n", "tab")
        await until(pilot, lambda: app.screen.sheet.form.value("source").endswith("spans.conll"))
        await until(pilot, lambda: "format conll  train 14  validation 4  test 2" in shows(app), "the preview")
        assert "feet MEASURE" in shows(app) and nothing_written(workspace)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(app.screen_stack) == 1 and "rehearsal-ner" in shows(app), "the dataset")
    assert list_datasets(workspace)[0].manifest.counts == {"train": 14, "validation": 4, "test": 2}


@pytest.mark.slow
async def test_the_first_bad_line_is_named(
    profiles: Path, workspace: Any, console: Any, until: Any, shows: Any, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.conll"
    bad.write_text("It O\n18 X-Y-Z\nfeet\n")
    app = console()
    async with app.run_test(size=(160, 40)) as pilot:
        await in_window(app, pilot, until, shows, "i", "Write the path")
        app.screen.sheet.put(app.screen.sheet.form.type(str(bad)))
        await until(pilot, lambda: "bad.conll:" in shows(app).replace("\n", "") or "no row could" in shows(app))
        assert "^g Make" not in footer(app) and nothing_written(workspace)


@pytest.mark.slow
async def test_without_a_recipe_or_a_profile_it_says_what_to_do(
    profiles: Path, console: Any, until: Any, shows: Any
) -> None:
    (profiles / "rehearsal.yaml").write_text(
        "finetop: 1\nname: rehearsal\ntitle: T\nmodels:\n  ner:\n    task: token-classification\n"
        "    config: {labels: [MEASURE]}\n"
    )
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_window(app, pilot, until, shows, "g", "has no data recipe")
        assert "^g Make" not in footer(app)
        await pilot.press("escape")
        (profiles / "rehearsal.yaml").unlink()
        await pilot.press("g")
        await until(pilot, lambda: "There is no profile" in shows(app))
        await pilot.press("escape", "i")
        await until(pilot, lambda: "There is no profile with a model" in shows(app))


@pytest.mark.slow
async def test_the_cursor_stays_where_it_went_while_a_value_was_checked(
    profiles: Path, fake_engine: None, console: Any, until: Any, shows: Any
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_window(app, pilot, until, shows, "g", "examples  ")
        await until(pilot, lambda: "^g Make" in footer(app))
        await pilot.press(*["down"] * 4)
        checked, settle = threading.Event(), app.screen.settle
        app.screen.settle = lambda *asked: (checked.wait(10), settle(*asked))[1]
        await pilot.press("3", "up")
        before = app.screen.sheet.form.entry.key
        checked.set()
        await until(pilot, lambda: "^g Make" in footer(app))
        assert app.screen.sheet.form.entry.key == before


@pytest.mark.slow
async def test_nothing_is_typed_while_it_is_made(
    profiles: Path, fake_engine: None, console: Any, until: Any, shows: Any
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await in_window(app, pilot, until, shows, "g", "examples  ")
        await until(pilot, lambda: "^g Make" in footer(app))
        await pilot.press(*["down"] * 4)
        form = app.screen.sheet.form
        await pilot.press("ctrl+g", "7")
        assert app.screen.sheet.form == form
        await pilot.press("escape", "7")
        assert app.screen.sheet.form != form and "^g Make" not in footer(app)
