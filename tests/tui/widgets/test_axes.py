"""Axes stand on round numbers and hold still."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.widgets.chart.axes import (
    Bounds,
    label,
    log_bounds,
    log_ticks,
    nice_bounds,
    nice_end,
    nice_step,
    reading,
    step_ticks,
    ticks,
    time_label,
    time_ticks,
)

finite = st.floats(-1e9, 1e9)


@given(finite, finite)
@example(0.0, 5e-324)
@example(1e-310, 1e-310)
@example(-5e-324, 1e-300)
def test_bounds_hold_the_data(a: float, b: float) -> None:
    low, high = sorted((a, b))
    bounds = nice_bounds(low, high)
    assert bounds.span > 0
    assert bounds.low <= low + 1e-8 * bounds.span
    assert bounds.high >= high - 1e-8 * bounds.span
    if high - low > 1e-6:
        assert nice_bounds(low, high, held=bounds) is bounds


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 1.0, (0.0, 1.0)), (0.12, 0.87, (0.1, 0.9)), (0.5, 0.5, (0.44, 0.56)), (0.0, 0.0, (-0.6, 0.6)),
     (3.0, 97.0, (0.0, 100.0))],
)  # fmt: skip
def test_bounds_are_round(low: float, high: float, expected: tuple[float, float]) -> None:
    bounds = nice_bounds(low, high)
    assert (bounds.low, bounds.high) == pytest.approx(expected)


def test_bounds_hold_still_while_the_data_fit() -> None:
    held = Bounds(0.0, 1.0)
    assert nice_bounds(0.1, 0.9, held=held) is held
    assert nice_bounds(0.1, 1.1, held=held) != held
    assert nice_bounds(0.50, 0.51, held=held) != held


def test_a_constant_keeps_the_bounds_it_had() -> None:
    first = nice_bounds(0.5, 0.5)
    assert nice_bounds(0.5, 0.5, held=first) == first


def test_no_finite_data_give_usable_bounds() -> None:
    assert nice_bounds(math.nan, math.nan).span > 0
    assert nice_bounds(0.0, math.inf).span > 0


def test_the_end_of_a_growing_axis_moves_rarely() -> None:
    held, moves = None, 0
    for step in range(1, 10_000):
        bounds = nice_end(0.0, float(step), held)
        moves += bounds != held
        held = bounds
        assert bounds.high >= step
    assert moves < 45


@pytest.mark.parametrize(
    ("span", "count", "step"), [(1.0, 5, 0.2), (1.0, 4, 0.25), (100, 5, 20), (7, 3, 2.5), (0, 3, 1.0)]
)
def test_steps_are_round(span: float, count: int, step: float) -> None:
    assert nice_step(span, count) == pytest.approx(step)


def test_ticks_lie_inside() -> None:
    assert ticks(Bounds(0.0, 1.0), 4) == pytest.approx([0, 0.25, 0.5, 0.75, 1.0])
    assert ticks(Bounds(0.13, 0.29), 4) == pytest.approx([0.15, 0.2, 0.25])


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (Bounds(999, 1000), [999, 1000]),
        (Bounds(0, 10), [0, 5, 10]),
        (Bounds(3, 7), [3, 4, 5, 6, 7]),
        (Bounds(0, 200), [0, 50, 100, 150, 200]),
    ],
)
def test_steps_have_whole_ticks(bounds: Bounds, expected: list[float]) -> None:
    assert step_ticks(bounds, 4) == expected


def test_times_have_ticks_that_clocks_have() -> None:
    assert time_ticks(Bounds(0, 3600), 4) == [0, 900, 1800, 2700, 3600]


@pytest.mark.parametrize(
    ("bounds", "count", "expected"),
    [
        (Bounds(-3.0, 0.0), 4, ["0.001", "0.01", "0.1", "1"]),
        (Bounds(-1.0, 0.0), 4, ["0.1", "0.2", "0.5", "1"]),
        (Bounds(-8.0, 0.0), 3, ["1e-6", "0.001", "1"]),
    ],
)
def test_logarithmic_ticks_are_round(bounds: Bounds, count: int, expected: list[str]) -> None:
    assert [label(10.0**value) for value in log_ticks(bounds, count)] == expected


def test_logarithmic_bounds_hold_the_data() -> None:
    bounds = log_bounds(-2.3, 0.1)
    assert bounds.low <= -2.3
    assert bounds.high >= 0.1
    assert log_bounds(-1.0, -1.0).span > 0


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(0.25, 0.25, "0.25"), (0.5, 0.25, "0.50"), (2000, 1000, "2k"), (1500, 500, "1.5k"), (20, 5, "20"),
     (2_500_000, 500_000, "2.5M"), (0.00001, 0.00001, "1e-5"), (0, 1, "0"), (-0.2, 0.1, "-0.2"), (1.0, 0.2, "1.0"),
     (1000, 20, "1000")],
)  # fmt: skip
def test_labels_have_the_decimals_that_the_step_needs(value: float, step: float, text: str) -> None:
    assert label(value, step) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (45, "45s"), (150, "2:30"), (3900, "1:05h"), (183600, "2d3h")]
)
def test_times_are_short(seconds: float, text: str) -> None:
    assert time_label(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.85124, "0.8512"), (12.345, "12.35"), (0, "0"), (1.2e-5, "1.20e-5"), (math.nan, "nan"), (math.inf, "inf"),
     (-math.inf, "-inf"), (123456, "123456"), (3e7, "3.00e7")],
)  # fmt: skip
def test_readings_fit_into_eight_characters(value: float, text: str) -> None:
    assert reading(value) == text
    assert len(text) <= 8
