"""Pictures of Data. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.data.conftest import NOW
from tests.tui.pictures import COLOURS, SIZES, Size

pytestmark = pytest.mark.slow


@pytest.fixture
def picture(snap_compare: Callable[..., bool], console: Any, until: Any, shows: Any, monkeypatch: Any) -> Any:
    """Compares Data with its picture, after some keys."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")

    def compare(
        size: Size, *keys: str, shown: str, light: bool = False, in_all: bool = False, **options: Any
    ) -> bool:
        app = console(now=lambda: NOW, read_figures=dict, **options)
        app.theme = "finetop-light" if light else "finetop-dark"

        async def run(pilot: Any) -> None:
            await pilot.press("1")
            await until(
                pilot,
                lambda: app.screen.cursor.shelf.complete and (app.screen.looked or not app.screen.cursor.shown),
                "the datasets",
            )
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.05)
            await until(pilot, lambda: shown in shows(app), "the screen")

        matrix = {"sizes": SIZES, "colours": COLOURS} if in_all else {}
        return snap_compare(app, terminal_size=size, run_before=run, **matrix)

    return compare


def test_data(shelf: Any, picture: Any) -> None:
    assert picture((120, 40), shown="18 feet MEASURE", in_all=True)


@pytest.mark.parametrize(
    ("size", "light"), [((80, 24), False), ((200, 60), True)], ids=["80x24-dark", "200x60-light"]
)
def test_generate(profiles: Path, fake_engine: None, picture: Any, size: Any, light: bool) -> None:
    assert picture(size, "g", shown="train 840", light=light)


def test_import(profiles: Path, fake_engine: None, picture: Any) -> None:
    assert picture((120, 40), "i", *"a.conll", shown="format conll")


def test_boxes(shelf: Any, picture: Any) -> None:
    assert picture((120, 40), "end", "up", shown="9 × 39 px")


def test_labelled_pictures(shelf: Any, picture: Any) -> None:
    assert picture((200, 60), "end", shown="light dim")


def test_folders(shelf: Any, picture: Any) -> None:
    assert picture((120, 40), "down", "down", shown="Tavern/")


def test_classes_at_80x24_in_ascii(shelf: Any, picture: Any) -> None:
    assert picture((80, 24), "p", shown="EQUIPMENT", ascii_only=True)
