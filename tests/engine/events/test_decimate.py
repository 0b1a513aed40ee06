"""What a chart shows is what a loop over all points would find."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events.decimate import ema, min_max_columns

NAN = math.nan
VALUES = st.one_of(st.just(NAN), st.floats(-100, 100))


def by_hand(x: list[float], y: list[float], x0: float, x1: float, columns: int) -> tuple[list[float], list[float]]:
    edges = np.linspace(x0, x1, columns + 1)
    low, high = [NAN] * columns, [NAN] * columns
    for px, py in zip(x, y, strict=True):
        if not x0 <= px <= x1 or math.isnan(py):
            continue
        column = columns - 1 if px == x1 else int(np.searchsorted(edges, px, side="right")) - 1
        low[column] = py if math.isnan(low[column]) else min(low[column], py)
        high[column] = py if math.isnan(high[column]) else max(high[column], py)
    return low, high


@given(
    points=st.lists(st.tuples(st.integers(-5, 40).map(lambda x: x / 2), VALUES), max_size=60),
    in_order=st.booleans(),
    x0=st.integers(-3, 5),
    width=st.integers(1, 20),
    columns=st.integers(1, 30),
)
def test_columns_hold_the_minimum_and_maximum_of_their_points(
    points: list[tuple[float, float]], in_order: bool, x0: int, width: int, columns: int
) -> None:
    if in_order:
        points.sort(key=lambda point: point[0])
    x, y = [point[0] for point in points], [point[1] for point in points]
    low, high = min_max_columns(np.array(x), np.array(y), x0, x0 + width, columns)
    expected = by_hand(x, y, x0, x0 + width, columns)
    np.testing.assert_array_equal(low, expected[0])
    np.testing.assert_array_equal(high, expected[1])


def test_a_spike_of_one_step_in_a_million_is_seen() -> None:
    y = np.zeros(1_000_000)
    y[654_321] = 7.0
    low, high = min_max_columns(np.arange(1_000_000), y, 0, 999_999, 160)
    assert high.max() == 7.0
    assert np.count_nonzero(high) == 1
    assert (low == 0).all()


def test_points_outside_the_window_do_not_count() -> None:
    low, high = min_max_columns(np.array([0, 1, 2, 3]), np.array([9.0, 1.0, 2.0, 9.0]), 1, 2, 2)
    assert low.tolist() == [1, 2]
    assert high.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("x0", "x1", "columns", "expected"),
    [
        (2, 2, 3, [5.0, NAN, NAN]),
        (7, 7, 1, [NAN]),
        (3, 1, 2, [NAN, NAN]),
        (NAN, 1, 2, [NAN, NAN]),
        (0, math.inf, 2, [NAN, NAN]),
        (0, 1, 0, []),
    ],
)
def test_a_window_without_a_width_is_no_error(x0: float, x1: float, columns: int, expected: list[float]) -> None:
    low, _ = min_max_columns(np.array([1, 2]), np.array([4.0, 5.0]), x0, x1, columns)
    np.testing.assert_array_equal(low, expected)


def test_no_points_give_empty_columns() -> None:
    low, high = min_max_columns(np.array([], np.int64), np.array([]), 0, 1, 3)
    assert np.isnan(low).all() and np.isnan(high).all()


def ema_by_hand(values: list[float], smoothing: float) -> list[float]:
    mean, count, result = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            result.append(value)
            continue
        mean = smoothing * mean + (1 - smoothing) * value
        count += 1
        result.append(mean / (1 - smoothing**count))
    return result


@given(
    values=st.lists(st.one_of(VALUES, st.just(math.inf)), max_size=300),
    smoothing=st.sampled_from([0.0, 1e-9, 0.1, 0.5, 0.9, 0.99, 0.9999]),
)
def test_the_average_equals_the_recursion(values: list[float], smoothing: float) -> None:
    np.testing.assert_allclose(ema(np.array(values), smoothing), ema_by_hand(values, smoothing), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("smoothing", [0.01, 0.6, 0.97, 0.9995])
def test_the_average_of_many_points_equals_the_recursion(smoothing: float) -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    np.testing.assert_allclose(ema(values, smoothing), ema_by_hand(values.tolist(), smoothing), rtol=1e-9, atol=1e-9)


def test_the_average_begins_at_the_first_value_and_not_at_zero() -> None:
    assert ema(np.array([5.0, 5.0, 5.0]), 0.99).tolist() == pytest.approx([5.0, 5.0, 5.0])


def test_the_average_leaves_its_input_alone() -> None:
    values = np.array([1.0, 2.0])
    ema(values, 0.5)
    ema(values, 0)[0] = 9
    assert values.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("smoothing", [1.0, -0.1, NAN])
def test_a_smoothing_outside_its_range_is_refused(smoothing: float) -> None:
    with pytest.raises(ValueError, match="smoothing"):
        ema(np.array([1.0]), smoothing)
