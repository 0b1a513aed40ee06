"""Validate with models that put one label on a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.pictures.graphics import Graphics
from engine.pictures.kitty import PLACEHOLDER

RETRIEVER = "20261120-131200-infrared-targets-51aa"
RECOGNISER = "20261120-131300-faces-recogniser-8c02"
SIZES = [(80, 24), (120, 40), (200, 60)]


def module(path: Path, hot: int, *, deep: bool = False) -> Path:
    """A solar module as an infrared camera sees it: cells in a grid, one of them hot."""
    picture = Image.new("L", (48, 80), 120)
    pen = ImageDraw.Draw(picture)
    for at in range(15):
        x, y = at % 3 * 16, at // 3 * 16
        pen.rectangle((x + 1, y + 1, x + 14, y + 14), fill=235 if at == hot else 95 + 3 * at)
    if deep:
        Image.fromarray(np.asarray(picture).astype(np.uint16) * 4 + 28_000).save(path)
    else:
        picture.save(path)
    return path


@pytest.fixture
def retriever(record: Callable[..., Any], workspace: Any) -> Path:
    """A workspace with a trained retrieval model and the pictures of its references, of which one is gone."""
    worker = record(
        RETRIEVER, model="targets", task="image-feature-extraction", headline="map", state="done", best=0.84
    ).play()
    worker.paths.model.mkdir()
    files: Path = workspace.datasets / "utility-targets-6aa4ec6097" / "files"
    files.mkdir(parents=True)
    for number in (0, 1, 2, 4):
        module(files / f"{number}.png", number * 3, deep=number == 1)
    return files


@pytest.fixture
def query(tmp_path: Path) -> str:
    return str(module(tmp_path / "query.png", 4, deep=True))


async def asked(pilot: Any, app: Any, until: Any, shows: Any, image: str, says: str) -> None:
    """Load the model, and ask it about a picture."""
    await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
    await pilot.press("v")
    await until(pilot, lambda: "Ready on cpu" in shows(app))
    app.screen.query_one("#first").value = image
    await pilot.press("enter")
    await until(pilot, lambda: says in shows(app))
    await pilot.pause()


async def test_the_picture_stands_beside_its_nearest_references(
    retriever: Path, console: Any, until: Any, shows: Any, fake_model: None, query: str
) -> None:
    app = console()
    async with app.run_test(size=(200, 60)) as pilot:
        await asked(pilot, app, until, shows, query, "calibrated")
        text = shows(app)
        (captions,) = [line for line in text.splitlines() if "this picture" in line]
        # The frame of the one that is missing is less high, so its words stand higher.
        assert captions.split()[-6:-1] == ["picture", "hot-spot", "hot-spot", "cell", "diode"]
        assert "✓ known    hot-spot" in text and "confidence  0.93" in text and "0.971 ━━" in text
        assert "votes       0.60" in text and "3.png" in text and "is not there" in text and "▀" * 20 in text


@pytest.mark.parametrize(("size", "pictures"), [((80, 24), 3), ((120, 40), 4), ((200, 60), 6)])
async def test_as_many_references_as_fit_are_shown(
    retriever: Path, console: Any, until: Any, shows: Any, fake_model: None, query: str, size: Any, pictures: int
) -> None:
    app = console()
    async with app.run_test(size=size) as pilot:
        await asked(pilot, app, until, shows, query, "this picture")
        assert sum(view.display for view in app.screen.query("TileView")) == pictures
        # All of them can be seen without scrolling.
        assert "0.971 ━━" in shows(app)


async def test_what_the_model_does_not_know_is_said_in_word_and_glyph(
    retriever: Path, console: Any, until: Any, shows: Any, fake_model: None, tmp_path: Path
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(pilot, app, until, shows, str(module(tmp_path / "strange.png", 2)), "heuristic")
        assert "? unknown  most like hot-spot" in shows(app) and "0.31" in shows(app)


async def test_without_pictures_the_neighbours_are_a_table(
    retriever: Path, console: Any, until: Any, shows: Any, fake_model: None, query: str
) -> None:
    app = console(graphics=Graphics.NONE, ascii_only=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(pilot, app, until, shows, query, "nearest")
        text = shows(app)
        assert "▀" not in text and "+ known    hot-spot" in text and "0.410 ####........  diode     4.png" in text


async def test_an_example_says_whether_the_answer_is_right(
    retriever: Path, console: Any, until: Any, shows: Any, fake_model: None
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.snapshot.complete and "done" in shows(app))
        await pilot.press("v")
        await until(pilot, lambda: "Ready on cpu" in shows(app))
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "✓ right: labelled hot-spot" in shows(app))


async def test_with_kitty_each_picture_has_a_name_of_its_own(
    retriever: Path, console: Any, until: Any, shows: Any, fake_model: None, query: str
) -> None:
    app = console(graphics=Graphics.KITTY)
    sent: list[str] = []
    app.send = sent.append
    async with app.run_test(size=(200, 60)) as pilot:
        await asked(pilot, app, until, shows, query, PLACEHOLDER)
        await until(pilot, lambda: sum("a=T,U=1" in text for text in sent) == 5)
        ids = {text.split("i=")[1].split(",")[0] for text in sent if "a=T,U=1" in text}
        assert len(ids) == 5


async def test_a_picture_that_cannot_be_shown_leaves_none_of_another_question(
    retriever: Path, console: Any, until: Any, shows: Any, fake_model: None, query: str
) -> None:
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(pilot, app, until, shows, query, "this picture")
        app.screen.query_one("#first").value = "seen-by-the-model-alone.png"
        await pilot.press("enter")
        await until(pilot, lambda: "this picture" not in shows(app))
        assert "nearest" in shows(app)


async def test_a_recogniser_shows_the_picture_and_the_likeliest_labels(
    record: Any, console: Any, until: Any, shows: Any, fake_model: None, tmp_path: Path
) -> None:
    worker = record(
        RECOGNISER, model="recogniser", task="image-classification", headline="accuracy", state="done", best=0.9
    ).play()
    worker.paths.model.mkdir()
    app = console()
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(pilot, app, until, shows, str(module(tmp_path / "strange.png", 1)), "labels")
        text = shows(app)
        assert "? unknown  most like ada" in text and "▀" * 14 in text and "0.11 ━" in text and "grace" in text


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_pictures_of_validate(
    retriever: Path,
    snap_compare: Any,
    console: Any,
    until: Any,
    shows: Any,
    fake_model: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: Any,
) -> None:
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/solar/workspace")
    monkeypatch.chdir(tmp_path)
    module(tmp_path / "query.png", 4, deep=True)
    app = console(now=lambda: 1_795_185_600.0)
    app.theme = "finetop-light" if size[0] == 200 else "finetop-dark"

    async def run(pilot: Any) -> None:
        await asked(pilot, app, until, shows, "query.png", "this picture")
        app.screen.set_focus(None)
        await pilot.pause(0.2)

    assert snap_compare(app, terminal_size=size, run_before=run)
