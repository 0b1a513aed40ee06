"""Dots of curves: every raw point is seen, lines join neighbours, gaps stay open."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.widgets.chart.curve import Curve
from tui.widgets.chart.raster import bits, raster, rows_of
from tui.widgets.chart.trace import Span, Trace, Window, column_of

ROWS, COLUMNS = 24, 40


def curve(x: np.ndarray, y: np.ndarray) -> Curve:
    return Curve("a", x, x, x, y)


def span_of(x: np.ndarray, y: np.ndarray, low: float | None = None, high: float | None = None) -> tuple[Span, Window]:
    window = Window("step", 0.0, x[0] if low is None else low, x[-1] if high is None else high, COLUMNS)
    return Trace().reduce(curve(x, y), window, 0.0), window


points = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=400)


@settings(deadline=None)
@given(points)
def test_the_dot_of_every_raw_point_is_set(values: list[float]) -> None:
    y = np.array(values)
    x = np.arange(len(y), dtype=float)
    span, window = span_of(x, y)
    dots = raster(span, y.min(), y.max(), ROWS)
    rows = rows_of(y, y.min(), y.max(), ROWS)
    assert dots[rows, column_of(x, window)].all()


@settings(deadline=None)
@given(st.lists(st.integers(0, ROWS - 1), min_size=2, max_size=COLUMNS))
def test_sparse_points_are_joined_by_the_dots_of_straight_lines(rows: list[int]) -> None:
    """Against a plain walk along each segment: no dot of ours lies off the line by more than its own step."""
    y = -np.array(rows, dtype=float)
    x = np.arange(len(y), dtype=float)
    span, window = span_of(x, y)
    dots = raster(span, -(ROWS - 1), 0.0, ROWS)
    columns = column_of(x, window)
    for row, column in zip(*np.nonzero(dots), strict=True):
        at = int(np.clip(np.searchsorted(columns, column, side="right") - 1, 0, len(y) - 2))
        width = max(1, columns[at + 1] - columns[at])
        steep = abs(rows[at + 1] - rows[at]) / width
        neighbours = [abs(rows[at] - rows[at - 1]) / max(1, columns[at] - columns[at - 1])] if at else [0.0]
        expected = rows[at] + (rows[at + 1] - rows[at]) * min(1.0, (column - columns[at]) / width)
        assert abs(row - expected) <= max(steep, *neighbours) / 2 + 1.5


@settings(deadline=None)
@given(points)
def test_a_curve_without_gaps_has_a_dot_in_every_column_and_no_hole_between_columns(values: list[float]) -> None:
    y = np.array(values)
    span, _ = span_of(np.arange(len(y), dtype=float), y)
    dots = raster(span, y.min(), y.max(), ROWS)
    assert dots.any(axis=0).all()
    for left, right in zip(dots.T, dots.T[1:], strict=False):
        first, second = np.flatnonzero(left), np.flatnonzero(right)
        assert second[0] <= first[-1] + 1
        assert first[0] <= second[-1] + 1


def test_a_nan_leaves_a_gap_in_the_line() -> None:
    y = np.ones(40)
    y[15:25] = np.nan
    span, _ = span_of(np.arange(40.0), y)
    filled = raster(span, 0.0, 2.0, ROWS).any(axis=0)
    assert filled[:15].all()
    assert filled[25:].all()
    assert not filled[15:25].any()


def test_missing_steps_are_no_gap() -> None:
    span, _ = span_of(np.array([0.0, 100.0]), np.array([0.0, 1.0]))
    assert raster(span, 0.0, 1.0, ROWS).any(axis=0).all()


def test_infinity_is_a_gap_and_does_not_stretch_the_line() -> None:
    y = np.array([1.0, np.inf, 1.0, -np.inf, 1.0])
    span, _ = span_of(np.arange(5.0), y)
    dots = raster(span, 0.0, 2.0, ROWS)
    assert dots.sum(axis=0).max() == 1


def test_a_zoomed_line_reaches_both_edges() -> None:
    span, _ = span_of(np.array([0.0, 100.0]), np.array([0.0, 1.0]), low=40.0, high=60.0)
    dots = raster(span, 0.4, 0.6, ROWS)
    assert dots.any(axis=0).all()
    assert dots[ROWS - 1, 0]
    assert dots[0, -1]


def test_a_single_point_is_one_dot() -> None:
    span, _ = span_of(np.array([1.0]), np.array([0.5]), low=1.0, high=2.0)
    assert raster(span, 0.0, 1.0, ROWS).sum() == 1


def test_no_point_is_no_dot() -> None:
    span, _ = span_of(np.array([1.0]), np.array([np.nan]), low=1.0, high=2.0)
    assert raster(span, 0.0, 1.0, ROWS).sum() == 0


def test_braille_bits_follow_the_unicode_order() -> None:
    dots = np.zeros((4, 2), dtype=bool)
    for row, column, bit in ((0, 0, 0x01), (3, 0, 0x40), (0, 1, 0x08), (3, 1, 0x80)):
        dots[:] = False
        dots[row, column] = True
        assert bits(dots)[0, 0] == bit
    dots[:] = True
    assert bits(dots)[0, 0] == 0xFF
