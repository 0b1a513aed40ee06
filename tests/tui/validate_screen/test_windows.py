"""The windows in which a label, a score and the objects of a picture are corrected."""

from __future__ import annotations

from typing import Any

import pytest

from tui.screens.correct_windows import BoxesScreen, ScoreScreen
from tui.screens.curate_windows import LabelScreen

pytestmark = pytest.mark.slow
SIZE = (80, 24)
OBJECTS = [
    {"label": "pole", "box": [26.0, 6.0, 35.0, 45.0], "confidence": 0.91},
    {"label": "crossarm", "box": [14.0, 12.0, 47.0, 16.0], "confidence": 0.42},
]


async def test_a_score_is_written_and_only_a_score(workspace: Any, console: Any, until: Any, shows: Any) -> None:
    app, given = console(), []
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(ScoreScreen("A pole [b]leans", "A leaning pole", 0.31), given.append)
        await until(pilot, lambda: "A pole [b]leans" in shows(app) and "0 unrelated, 1 the same." in shows(app))
        await pilot.press(*["backspace"] * 4, *"1.5", "enter")
        await until(pilot, lambda: "A score lies between 0 and 1." in shows(app))
        await pilot.press(*["backspace"] * 3, "x", "enter")
        await until(pilot, lambda: "Write a number from 0 to 1, such as 0.8." in shows(app))
        assert not given
        await pilot.press("backspace", *"0,8", "enter")
        await until(pilot, lambda: given == [0.8])


async def test_objects_get_another_label_or_go(workspace: Any, console: Any, until: Any, shows: Any) -> None:
    app, given = console(), []
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(BoxesScreen("pole.png", OBJECTS, ["crossarm", "pole", "underground"]), given.append)
        await until(pilot, lambda: "nothing is changed yet" in shows(app))
        assert "9 × 39 px at 26, 6" in shows(app) and "Enter Keep" not in shows(app)
        await pilot.press("r", *"under", "enter")
        await until(pilot, lambda: "← pole" in shows(app) and "changed; Enter keeps it" in shows(app))
        await pilot.press("down", "x")
        await until(pilot, lambda: "removed" in shows(app))
        await pilot.press("enter")
        await until(pilot, lambda: bool(given))
        assert given == [[{"label": "underground", "box": OBJECTS[0]["box"]}]]


async def test_a_label_is_found_by_a_part_of_it(workspace: Any, console: Any, until: Any, shows: Any) -> None:
    app, given = console(), []
    async with app.run_test(size=SIZE) as pilot:
        app.push_screen(LabelScreen(["cell", "diode", "hot-spot"], "cell"), given.append)
        await until(pilot, lambda: "What is it?" in shows(app) and "diode" in shows(app))
        await pilot.press(*"nothing", "enter")
        await pilot.pause()
        assert not given and "No label has this part." in shows(app)
        await pilot.press(*["backspace"] * 7, *"spot", "enter")
        await until(pilot, lambda: given == ["hot-spot"])
        app.push_screen(LabelScreen(["cell", "diode"], "cell"), given.append)
        await pilot.press("escape")
        await until(pilot, lambda: given == ["hot-spot", ""])
