"""Validate asks a model: good input, bad input, and a change of mind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PROFILE = """\
finetop: 1
name: rehearsal
title: Follows a script in place of training
models:
  quick:
    task: noop
    config: {script: [{report: {loss: 0.5}}, {evaluate: {score: 0.8}}]}
    targets: {score: 0.7}
  other:
    task: noop
    config: {script: [{report: {loss: 0.5}}]}
"""


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of profiles; the shipped ones are out of the way."""
    from engine.profiles import finding

    folder = tmp_path / "profiles"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(finding, "shipped_profiles", lambda: folder)
    return folder


async def test_validate_without_a_model_says_what_to_do(console: Any, until: Any, shows: Any) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        await until(pilot, lambda: "There is no trained model yet" in shows(app))


@pytest.mark.slow
async def test_validate_compares_two_texts(
    utility: Any, console: Any, until: Any, shows: Any, fake_model: None
) -> None:
    app = console(now=lambda: 1_795_185_600.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
        await pilot.press("down", "down", "down", "v")
        await until(pilot, lambda: "Ready on cpu" in shows(app) and "Second text" in shows(app))
        await pilot.press(*"a pole", "enter")
        await pilot.press(*"a post", "enter")
        await until(pilot, lambda: "0.83" in shows(app))


async def test_validate_asks_with_an_example_of_the_models_own(
    utility: Any, console: Any, until: Any, shows: Any, fake_model: None
) -> None:
    app = console(now=lambda: 1_795_185_600.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
        await pilot.press("down", "down", "v")
        await until(pilot, lambda: "Ready on cpu" in shows(app))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "no entity found" in shows(app))
        assert app.screen.query_one("#first").value == "See G.O. 95."


@pytest.mark.slow
async def test_a_bad_sample_costs_an_answer_and_not_the_model(
    utility: Any, console: Any, until: Any, shows: Any, fake_model: None
) -> None:
    app = console(now=lambda: 1_795_185_600.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
        await pilot.press("down", "down", "v")
        await until(pilot, lambda: "Ready on cpu" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Write a text." in shows(app))
        await pilot.press(*"bad", "enter")
        await until(pilot, lambda: "this sample cannot be read" in shows(app))
        app.screen.query_one("#first").value = "18 feet"
        await pilot.press("enter")
        await until(pilot, lambda: "MEASURE" in shows(app))
        app.screen.query_one("#first").value = "die"
        await pilot.press("enter")
        await until(pilot, lambda: "the model's process ended (exit code 3): out of memory" in shows(app))


@pytest.mark.slow
async def test_closing_the_console_ends_the_models_process(
    utility: Any, console: Any, until: Any, shows: Any, fake_model: None
) -> None:
    app = console(now=lambda: 1_795_185_600.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
        await pilot.press("down", "down", "v")
        await until(pilot, lambda: "Ready on cpu" in shows(app))
        process = app.warm.warm[0]._process
        assert process.poll() is None
    assert process.poll() is not None
