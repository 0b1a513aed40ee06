"""Gauges, bars, sparklines, states and durations as text."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.events.schema import State
from tui.theme import Role
from tui.widgets.cells import Line, width_of
from tui.widgets.durations import age, duration
from tui.widgets.gauge import Goal, gauge, scale
from tui.widgets.progress import bar, progress_cell
from tui.widgets.sparkline import sparkline
from tui.widgets.states import ShownState, state_cell


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


@pytest.mark.parametrize(
    ("value", "goal", "text"),
    [
        (0.9, Goal(at_least=0.85), " 0.9000 ━━━━━━━━┃─ ✓ reached"),
        (0.5, Goal(at_least=0.85), " 0.5000 ━━━━━───┃─ · ≥ 0.8500"),
        (None, Goal(at_least=0.85), "      – ────────┃─ ·"),
        (math.nan, Goal(at_least=0.85), "    nan ────────┃─ · ≥ 0.8500"),
        (0.5, Goal(at_most=1.0), " 0.5000 ━━━━━────┃ ✓ reached"),
        (3.5, Goal(at_most=2.0), " 3.5000 ━━━━┃━━─── · ≤ 2.0000"),
        (0.5, None, " 0.5000"),
    ],
)
def test_a_gauge_says_value_target_and_whether_it_is_reached(
    value: float | None, goal: Goal | None, text: str
) -> None:
    assert plain(gauge(value, goal, width=10)) == text


def test_a_gauge_is_readable_in_ascii() -> None:
    text = plain(gauge(0.5, Goal(at_least=0.85), ascii_only=True))
    assert text.isascii()
    assert text == " 0.5000 #####...|. - >= 0.8500"


def test_a_gauge_reaches_to_one_or_to_a_round_number() -> None:
    assert [scale(0.85, 0.2), scale(0.85, 1.3), scale(30, 12)] == [1.0, 2.0, 50.0]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "────"), (0.01, "╸───"), (0.5, "━━──"), (0.6, "━━──"), (0.63, "━━╸─"), (0.99, "━━━╸"), (1.0, "━━━━")],
)
def test_a_bar_is_full_only_when_all_is_done(share: float, text: str) -> None:
    assert plain(bar(share, 4)) == text


@pytest.mark.parametrize("total", [None, 0, math.nan])
def test_an_unknown_length_is_an_empty_bar(total: float | None) -> None:
    assert plain(progress_cell(3, total, 4)) == "────"


def test_bars_hold_their_width_beyond_the_end() -> None:
    assert plain(progress_cell(30, 10, 6)) == "━━━━━━"
    assert plain(progress_cell(5, 10, 6, ascii_only=True)) == "###..."


def test_a_spike_stays_in_the_sparkline() -> None:
    calm, spike = np.zeros(10_000), np.zeros(10_000)
    spike[4321] = 1.0
    assert plain(sparkline(calm, 10)) != plain(sparkline(spike, 10))
    assert "#" in plain(sparkline(spike, 10, ascii_only=True))


@pytest.mark.parametrize("values", [[], [math.nan], [1.0], [1.0, 1.0], [math.inf, 2.0, 3.0], list(range(500))])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_sparkline_is_as_wide_as_asked(values: list[float], ascii_only: bool) -> None:
    assert width_of(sparkline(values, 12, ascii_only=ascii_only)) == 12


def test_a_rising_sparkline_rises() -> None:
    assert plain(sparkline(range(6), 6, ascii_only=True)) == "_.-=*#"


def test_every_state_has_its_own_glyph_and_its_word() -> None:
    states = ShownState.__args__
    assert set(State.__args__) <= set(states)
    for ascii_only in (False, True):
        texts = [plain(state_cell(state, ascii_only=ascii_only)) for state in states]
        assert len({text[0] for text in texts}) == len(states)
        assert [text[2:] for text in texts] == list(states)
    assert all(plain(state_cell(state, ascii_only=True)).isascii() for state in states)
    assert state_cell("failed")[0][1] & Role.ERROR


def test_an_unknown_state_is_shown_by_its_word() -> None:
    assert plain(state_cell("paused")) == "· paused"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (125, "2m05"), (720, "12m"), (3900, "1h05"), (273600, "3d04h"), (None, "–"),
     (math.inf, "–"), (-5, "0s")],
)  # fmt: skip
def test_durations_are_short(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "now"), (4.9, "now"), (12, "10s"), (61, "1m"), (None, "–")])
def test_ages_hold_still(seconds: float | None, text: str) -> None:
    assert age(seconds) == text
