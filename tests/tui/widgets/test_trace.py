"""A growing curve reduced piece by piece equals the whole reduced at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events.decimate import ema
from tui.widgets.chart.curve import Curve, monotone
from tui.widgets.chart.trace import Smoother, Trace, Window, worth_smoothing


def curve(y: np.ndarray, count: int | None = None) -> Curve:
    step = np.arange(len(y))
    return Curve("a", step[:count], step[:count] / 10, 1e9 + step[:count], y[:count])


values = st.lists(st.one_of(st.floats(-10, 10), st.just(float("nan"))), min_size=1, max_size=300)


@settings(deadline=None)
@given(values, st.lists(st.integers(1, 60), max_size=12), st.sampled_from([0.0, 0.6, 0.98]))
def test_growing_in_pieces_gives_the_same_columns(y: list[float], pieces: list[int], smoothing: float) -> None:
    data = np.array(y)
    window = Window("step", 0.0, 0.0, 400.0, 50)
    live, count = Trace(), 0
    for piece in pieces:
        count = min(len(data), count + piece)
        live.reduce(curve(data, count), window, smoothing)
    grown = live.reduce(curve(data), window, smoothing)
    whole = Trace().reduce(curve(data), window, smoothing)
    np.testing.assert_allclose(grown.low, whole.low, atol=1e-9)
    np.testing.assert_allclose(grown.high, whole.high, atol=1e-9)
    np.testing.assert_array_equal(grown.broken, whole.broken)


@settings(deadline=None)
@given(values, st.integers(0, 300), st.sampled_from([0.6, 0.9, 0.98]))
def test_a_growing_average_equals_that_of_the_whole(y: list[float], cut: int, smoothing: float) -> None:
    data = np.array(y)
    live = Smoother()
    if min(cut, len(data)):
        live.smooth(curve(data, min(cut, len(data))), smoothing)
    np.testing.assert_allclose(live.smooth(curve(data), smoothing), ema(data, smoothing), atol=1e-9)


def test_a_long_curve_is_averaged_from_its_recent_part_only_to_the_same_value() -> None:
    data = np.random.default_rng(0).standard_normal(20_000)
    live = Smoother()
    live.smooth(curve(data, 19_000), 0.98)
    np.testing.assert_allclose(live.smooth(curve(data), 0.98), ema(data, 0.98), atol=1e-9)


@pytest.mark.parametrize(
    ("count", "smoothing", "expected"),
    [(49, 0.9, False), (50, 0.9, True), (12, 0.6, False), (13, 0.6, True), (250, 0.98, True), (10_000, 0.0, False)],
)
def test_only_curves_much_longer_than_the_average_are_smoothed(count: int, smoothing: float, expected: bool) -> None:
    assert worth_smoothing(count, smoothing) is expected


def test_points_replaced_after_a_resume_are_drawn_anew() -> None:
    window = Window("step", 0.0, 0.0, 10.0, 10)
    trace, step = Trace(), np.arange(6)
    trace.reduce(Curve("a", step, step, 100.0 + step, np.full(6, 5.0)), window, 0.0)
    late = np.concatenate((100.0 + step[:3], 200.0 + step[3:]))
    span = trace.reduce(Curve("a", step, step, late, np.array([5.0, 5.0, 5.0, 1.0, 1.0, 1.0])), window, 0.0)
    assert span.high[4] == 1.0


def test_a_shorter_curve_is_drawn_anew() -> None:
    window = Window("step", 0.0, 0.0, 10.0, 10)
    trace, y = Trace(), np.arange(8.0)
    trace.reduce(curve(y), window, 0.0)
    assert np.isnan(trace.reduce(curve(y, 4), window, 0.0).high[6])


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([0, 1, 2], [0, 1, 2]),
        ([0, 1, 0, 1], [0, 1, 1, 2]),
        ([5, 6, 2, 3, 1, 4], [5, 6, 6, 7, 7, 10]),
        ([3], [3]),
    ],
)
def test_an_axis_never_goes_back(x: list[float], expected: list[float]) -> None:
    assert monotone(np.array(x, dtype=float)).tolist() == expected


def test_the_time_axis_is_relative_to_the_first_point() -> None:
    step = np.arange(3)
    assert Curve("a", step, step, 1e9 + step * 2.0, step).x("time", 1e9).tolist() == [0.0, 2.0, 4.0]
