"""Pictures of help and commands, and of Monitor in poor terminals. After a change: look, then `--snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

NOW = 1_795_185_600.0
SIZES = [(80, 24), (120, 40), (200, 60)]
HOST = {"cpu/utilisation_percent": 31.0, "host/memory_used_mib": 9830.0, "host/memory_total_mib": 64215.0}
pytestmark = pytest.mark.slow


@pytest.fixture
def picture(
    utility: Any, snap_compare: Callable[..., bool], console: Any, until: Any, shows: Any, monkeypatch: Any
) -> Any:
    """Compares the console on the recorded runs with its picture, after some keys."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")

    def compare(size: tuple[int, int], *keys: str, shown: str, theme: str = "", **options: Any) -> bool:
        app = console(now=lambda: NOW, read_figures=lambda: dict(HOST), theme=theme, **options)

        async def run(pilot: Any) -> None:
            await until(pilot, lambda: len(app.snapshot.details) == 6 and app.snapshot.complete, "the first look")
            await until(pilot, lambda: "0.8815" in shows(app) and "util" in shows(app) + " util" * (size[1] < 34))
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await until(pilot, lambda: shown in shows(app), "the screen")
            await pilot.pause(0.1)

        return snap_compare(app, terminal_size=size, run_before=run)

    return compare


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_help(picture: Any, size: tuple[int, int], theme: str) -> None:
    assert picture(size, "question_mark", shown="Table of runs", theme=theme)


@pytest.mark.parametrize(("size", "theme"), [((80, 24), "dark"), ((120, 40), "light")])
def test_commands(picture: Any, size: tuple[int, int], theme: str) -> None:
    assert picture(size, "ctrl+p", *"run", "down", shown="Stop the run", theme=theme)


def test_monitor_without_colour(picture: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture((120, 40), shown="0.8815")


def test_monitor_for_colour_blind_people(picture: Any) -> None:
    assert picture((120, 40), shown="0.8815", theme="colour-blind-dark")


def test_monitor_with_sixteen_colours(picture: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.delenv("COLORTERM", raising=False)
    assert picture((120, 40), shown="0.8815")


def test_monitor_in_light(picture: Any) -> None:
    assert picture((120, 40), shown="0.8815", theme="light")
