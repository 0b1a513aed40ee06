"""What stands above the table about other machines."""

from __future__ import annotations

import pytest

from engine.runs.info import RunInfo
from tui.feed.model import PlaceInfo, Snapshot
from tui.places.standing import MOST_LINES, says, standing
from tui.widgets.run_row import columns_for

GOOD = PlaceInfo("gpu1", connected=True, listed=True)
NEW = PlaceInfo("gpu2")
AWAY = PlaceInfo("gpu3", listed=True, problem="ssh: no route", seen_at=1.0, silent_min=2)
RUNS = (RunInfo("gpu1:a", None, place="gpu1"), RunInfo("gpu1:b", None, place="gpu1"), RunInfo("c", None))


def lines(*places: PlaceInfo, width: int = 80, ascii_only: bool = False) -> list[str]:
    shown = standing(Snapshot(runs=RUNS, places=places), width, ascii_only=ascii_only)
    return ["".join(text for text, _ in line) for line in shown]


def test_machines_that_are_there_share_a_line_and_one_in_trouble_has_its_own() -> None:
    assert lines(GOOD, NEW, AWAY) == [
        "● gpu1 2 runs   ◔ gpu2 connecting …",
        "✗ gpu3 not reachable, last seen 2m ago (ssh: no route)",
    ]


def test_without_box_characters_it_says_the_same() -> None:
    assert "".join(lines(GOOD, NEW, AWAY, ascii_only=True)).isascii()


def test_on_a_narrow_screen_there_are_more_lines() -> None:
    assert len(lines(GOOD, NEW, width=25)) == 2


def test_many_dead_machines_do_not_take_the_screen() -> None:
    shown = lines(*[PlaceInfo(f"gpu{number}", problem="ssh: no route") for number in range(20)])
    assert len(shown) == MOST_LINES and shown[-1].strip() == "and 16 more"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (PlaceInfo("x", problem="p"), "not reachable (p)"),
        (PlaceInfo("x", problem="p", seen_at=1.0), "not reachable, last seen just now (p)"),
        (PlaceInfo("x", problem="p", seen_at=1.0, silent_min=59), "not reachable, last seen 59m ago (p)"),
        (PlaceInfo("x", problem="p", seen_at=1.0, silent_min=300), "not reachable, last seen 5h00 ago (p)"),
        (PlaceInfo("x", problem="p", seen_at=1.0, silent_min=9000), "not reachable, last seen 6d ago (p)"),
    ],
)
def test_how_long_a_machine_is_away(place: PlaceInfo, said: str) -> None:
    assert says(place) == said


@pytest.mark.parametrize("width", [78, 118, 198])
def test_the_column_of_machines_leaves_room_for_what_matters(width: int) -> None:
    without = {column.title for column, _ in columns_for(width)}
    with_hosts = {column.title for column, _ in columns_for(width, host=8)}
    assert "host" in with_hosts and "host" not in without
    assert {"state", "model", "progress", "metric", "left"} <= with_hosts
