"""Pictures of Curate. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.tui.pictures import COLOURS, SIZES, Size

pytestmark = pytest.mark.slow


@pytest.fixture
def picture(snap_compare: Callable[..., bool], console: Any, until: Any, shows: Any, monkeypatch: Any) -> Any:
    """Compares Curate with its picture, after some keys."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/solar/workspace")

    def compare(size: Size, *keys: str, shown: str, in_all: bool = False, **options: Any) -> bool:
        app = console(now=lambda: 1_795_185_600.0, read_figures=dict, **options)
        app.theme = "finetop-dark"

        async def run(pilot: Any) -> None:
            await pilot.press("7")
            await until(pilot, lambda: "infrared-targets" in shows(app), "the datasets")
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.2)
            await until(pilot, lambda: shown in shows(app), "the screen")

        matrix = {"sizes": SIZES, "colours": COLOURS} if in_all else {}
        return snap_compare(app, terminal_size=size, run_before=run, **matrix)

    return compare


def test_curate_shows_what_is_flagged(faulty: Any, picture: Any) -> None:
    keys = ("enter", "down", "k", "down", "d", "up", "up", "up", "up")
    assert picture((120, 40), *keys, shown="the same as", in_all=True)


def test_curate_offers_datasets(faulty: Any, picture: Any) -> None:
    assert picture((120, 40), shown="Enter goes through")


def test_curate_asks_for_a_label(faulty: Any, picture: Any) -> None:
    assert picture((120, 40), "enter", "down", "r", shown="What is it?")


def test_curate_says_what_is_dropped(faulty: Any, picture: Any) -> None:
    assert picture((120, 40), "enter", "enter", "enter", "ctrl+g", shown="Make the curated dataset?")


def test_curate_in_ascii(faulty: Any, picture: Any) -> None:
    assert picture((80, 24), "enter", "k", "d", ascii_only=True, shown="x label")
