"""Pictures of Monitor. After a change of looks: look at the new ones, then `pytest --snapshot-update`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.events.schema import SystemEvent

NOW = 1_795_185_600.0
RUN = "20261120-143408-utility-ner-7f3a"
SIZES = [(80, 24), (120, 40), (200, 60)]
HOST = {"cpu/utilisation_percent": 31.0, "host/memory_used_mib": 9830.0, "host/memory_total_mib": 64215.0}


@pytest.fixture
def picture(snap_compare: Callable[..., bool], console: Any, until: Any, shows: Any, monkeypatch: Any) -> Any:
    """Compares the console on the recorded workspace with its picture, after some keys."""
    from tui.app import FinetopApp

    monkeypatch.setattr(FinetopApp, "note", "/srv/poles/workspace")

    def compare(size: tuple[int, int], theme: str, *keys: str, says: str = "", **options: Any) -> bool:
        app = console(now=lambda: NOW, read_figures=lambda: dict(HOST), **options)
        app.theme = f"finetop-{theme}"

        async def run(pilot: Any) -> None:
            await until(pilot, lambda: app.snapshot.complete and len(app.snapshot.details) >= 5, "the first look")
            await until(pilot, lambda: app.screen.panes is not None and app.screen.panes.wall.charts, "the charts")
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await until(pilot, lambda: says in shows(app), "the screen")
            await until(pilot, lambda: app.snapshot.complete, "all that is shown")
            await pilot.pause()

        return snap_compare(app, terminal_size=size, run_before=run)

    return compare


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_in_the_light(utility: Any, picture: Any, size: tuple[int, int]) -> None:
    assert picture(size, "light")


@pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), "dark"), ((120, 40), "light"), ((200, 60), "dark")],
    ids=["80x24", "120x40", "200x60"],
)
def test_full_chart_with_all_figures(utility: Any, picture: Any, size: tuple[int, int], theme: str) -> None:
    assert picture(size, theme, "f", "left", "left", says="lowest")


def test_a_filter_is_offered_and_counted(utility: Any, picture: Any) -> None:
    assert picture((80, 24), "dark", "slash", *"task:ner st", says="4 of 6")


@pytest.mark.parametrize(("size", "theme"), [((120, 40), "dark"), ((200, 60), "light")], ids=["120x40", "200x60"])
def test_six_runs_over_each_other(utility: Any, picture: Any, size: tuple[int, int], theme: str) -> None:
    assert picture(size, theme, *("space", "down") * 6, "a", says="f ■ stopped")


def test_six_runs_without_colour(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "dark", *("space", "down") * 6, says="stopped", ascii_only=True)


def test_the_whole_log(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "dark", "l", "slash", *"checkpoint", "enter", "n", says="2 of 6")


def test_the_whole_log_on_a_small_terminal(utility: Any, picture: Any) -> None:
    assert picture((80, 24), "light", "l", says="lines, everything")


def test_the_events(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "light", "m", "up", says="target reached: f1")


def test_what_differs(utility: Any, picture: Any) -> None:
    assert picture((120, 40), "dark", "space", "down", "d", says="What differs")


@pytest.mark.parametrize(("size", "theme"), [((80, 24), "dark"), ((120, 40), "light")], ids=["80x24", "120x40"])
def test_the_ways_to_stop_several_runs(utility: Any, picture: Any, size: tuple[int, int], theme: str) -> None:
    assert picture(size, theme, "space", "down", "space", "s", says="Stop 2 runs?")


def test_who_uses_the_devices(utility: Any, record: Any, picture: Any) -> None:
    other = record("20261120-143410-utility-yolo-9c02", model="yolo", headline="map50_95", best=0.5).hold().play()
    own = {"process/cuda:0/memory_mib": 4100.0, "process/cuda:0/utilisation_percent": 61.0}
    other.say(SystemEvent(t=NOW, seq=0, values={**own, "cuda:0/memory_used_mib": 14_900.0}), status=True)
    assert picture((200, 60), "dark", "down", says="cuda:0")
