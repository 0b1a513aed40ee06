"""Validate with a model that finds objects in images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.pictures.graphics import Graphics
from engine.pictures.kitty import PLACEHOLDER

RUN = "20261120-131200-utility-yolo-51aa"


@pytest.fixture
def detector(record: Callable[..., Any]) -> None:
    """A workspace with one trained detector."""
    worker = record(
        RUN, model="yolo", task="object-detection", headline="map50_95", state="done", done_epochs=8.0, best=0.64
    ).play()
    worker.paths.model.mkdir()


@pytest.fixture
def image(tmp_path: Path) -> str:
    path = tmp_path / "scene.png"
    Image.new("RGB", (128, 96), "#3c6ea0").save(path)
    return str(path)


async def ready(pilot: Any, app: Any, until: Any, shows: Any) -> None:
    """Load the detector."""
    await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
    await pilot.press("v")
    await until(pilot, lambda: "Ready on cpu" in shows(app) and "Image" in shows(app))


async def test_the_boxes_are_on_the_picture_and_in_a_table(
    detector: None, console: Any, until: Any, shows: Any, fake_model: None, image: str
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app, until, shows)
        app.screen.query_one("#first").value = image
        await pilot.press("enter")
        await until(pilot, lambda: "60 × 4 px at 30, 40" in shows(app))
        assert "▀▀▀▀" in shows(app) and "crossarm 0.83" in shows(app) and "pole 0.71" in shows(app)


async def test_the_picture_follows_the_question(
    detector: None, console: Any, until: Any, shows: Any, fake_model: None, image: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.png"
    Image.new("RGB", (64, 64), "#ffffff").save(empty)
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app, until, shows)
        for name, says in ((image, "crossarm 0.83"), (str(empty), "nothing found")):
            app.screen.query_one("#first").value = name
            await pilot.press("enter")
            await until(pilot, lambda says=says: says in shows(app))
        assert "crossarm 0.83" not in shows(app).split("nothing found")[0]


async def test_an_example_of_the_models_own_needs_no_file(
    detector: None, console: Any, until: Any, shows: Any, fake_model: None
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app, until, shows)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "an example of the model's own" in shows(app) and "▀▀▀▀" in shows(app))
        assert app.screen.query_one("#first").value == "(example 1)"


async def test_a_path_without_an_image_costs_an_answer(
    detector: None, console: Any, until: Any, shows: Any, fake_model: None
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app, until, shows)
        await pilot.press("enter")
        await until(pilot, lambda: "Write the path of an image." in shows(app))
        app.screen.query_one("#first").value = "gone.png"
        await pilot.press("enter")
        await until(pilot, lambda: "the image cannot be read" in shows(app))


async def test_where_colour_is_absent_there_is_the_table_alone(
    detector: None,
    console: Any,
    until: Any,
    shows: Any,
    fake_model: None,
    image: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = console(ascii_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app, until, shows)
        app.screen.query_one("#first").value = image
        await pilot.press("enter")
        await until(pilot, lambda: "60 x 4 px at 30, 40" in shows(app))
        assert "▀" not in shows(app)


async def test_with_kitty_the_pixels_are_sent_and_the_table_stands_below(
    detector: None, console: Any, until: Any, shows: Any, fake_model: None, image: str
) -> None:
    app = console(graphics=Graphics.KITTY)
    sent: list[str] = []
    app.send = sent.append
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app, until, shows)
        app.screen.query_one("#first").value = image
        await pilot.press("enter")
        await until(pilot, lambda: PLACEHOLDER in shows(app) and "60 × 4 px at 30, 40" in shows(app))
        assert "▀" not in shows(app) and sum("a=T,U=1" in text for text in sent) == 1
        # Another screen and back: text for text, no pixels.
        await pilot.press("escape", "3")
        await until(pilot, lambda: PLACEHOLDER not in shows(app))
        await pilot.press("v")
        await until(pilot, lambda: PLACEHOLDER in shows(app))
        assert sum("a=T,U=1" in text for text in sent) == 1


async def test_without_graphics_there_is_the_table_alone(
    detector: None, console: Any, until: Any, shows: Any, fake_model: None, image: str
) -> None:
    app = console(graphics=Graphics.NONE)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot, app, until, shows)
        app.screen.query_one("#first").value = image
        await pilot.press("enter")
        await until(pilot, lambda: "60 × 4 px at 30, 40" in shows(app))
        assert "▀" not in shows(app) and not app.screen.query("Picture")
