"""A curve reduced to the columns of a plot: lowest and highest value of each, kept up as points arrive.

Every point takes part. As long as the window stands still, only the new points are looked at, so that a
live chart of a million points costs what its new points cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.events.decimate import ema, min_max_columns
from tui.widgets.chart.curve import Array, Curve, XAxis

_FORGOTTEN = 1e-12
"""Weight below which an old value no longer changes an average."""


def worth_smoothing(count: int, smoothing: float) -> bool:
    """Whether a curve is long against the average: at least five times its reach of 1 / (1 - smoothing) points.

    On a few evaluations an average is not less noisy but late: it would show a metric short of the
    target that it has reached.
    """
    return smoothing > 0 and count * (1 - smoothing) >= 5 - 1e-9


@dataclass(frozen=True)
class Window:
    """The part of the x axis that a plot shows, in how many columns of dots."""

    axis: XAxis
    origin: float
    x0: float
    x1: float
    columns: int


@dataclass(frozen=True)
class Span:
    """Per column: lowest and highest value (NaN where there is no point), and whether a gap lies in it."""

    low: Array
    high: Array
    broken: np.ndarray[tuple[int], np.dtype[np.bool_]]


class Trace:
    """One curve, raw or smoothed, in one window."""

    def __init__(self) -> None:
        self._window: Window | None = None
        self._smoother = Smoother()
        self._smoothing = 0.0
        self._count = 0
        self._mark: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._span = _empty(0)
        self._inside = True

    def values(self, curve: Curve, smoothing: float) -> Array:
        """The curve's values, smoothed over all its points."""
        if smoothing <= 0:
            return np.asarray(curve.value, dtype=np.float64)
        return self._smoother.smooth(curve, smoothing)

    def reduce(self, curve: Curve, window: Window, smoothing: float) -> Span:
        """The span of each column of the window."""
        values = self.values(curve, smoothing)
        same = (
            window == self._window
            and smoothing == self._smoothing
            and self._inside
            and self._count <= len(curve)
            and self._mark == curve.mark(self._count)
        )
        if not same:
            self._window, self._smoothing, self._count = window, smoothing, 0
            self._span = _empty(window.columns)
        if self._count < len(curve):
            self._add(curve, values, window)
        return self._span

    def _add(self, curve: Curve, values: Array, window: Window) -> None:
        start = self._count
        x = curve.x(window.axis, window.origin, start)
        y = values[start:]
        self._count, self._mark = len(curve), curve.mark(len(curve))
        self._inside = start > 0 or (len(x) > 0 and x[0] >= window.x0)
        self._inside = self._inside and bool(x[-1] <= window.x1)
        first, last = np.searchsorted(x, (window.x0, window.x1), side="left")
        last = int(np.searchsorted(x, window.x1, side="right"))
        _join_the_edges(self._span, x, y, int(first), last, window)
        x, y = x[first:last], y[first:last]
        if not len(x):
            return
        finite = np.isfinite(y)
        if not finite.all():
            gaps = x[~finite]
            self._span.broken[column_of(gaps, window)] = True
            y = np.where(finite, y, np.nan)
        low, high = min_max_columns(x, y, window.x0, window.x1, window.columns)
        np.fmin(self._span.low, low, out=self._span.low)
        np.fmax(self._span.high, high, out=self._span.high)


def column_of(x: Array, window: Window) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The column in which a position lies; the right edge belongs to the last."""
    scaled = (x - window.x0) / max(window.x1 - window.x0, 1e-300) * window.columns
    return np.clip(scaled.astype(np.intp), 0, window.columns - 1)


def _join_the_edges(span: Span, x: Array, y: Array, first: int, last: int, window: Window) -> None:
    """Let the line enter and leave a zoomed window: its value at the edge, between the points on both sides."""
    for inside, edge, column in ((first, window.x0, 0), (last, window.x1, window.columns - 1)):
        if not 0 < inside < len(x):
            continue
        before, after = y[inside - 1], y[inside]
        width = x[inside] - x[inside - 1]
        if width <= 0 or not (np.isfinite(before) and np.isfinite(after)):
            continue
        value = before + (after - before) * (edge - x[inside - 1]) / width
        span.low[column] = np.fmin(span.low[column], value)
        span.high[column] = np.fmax(span.high[column], value)


def _empty(columns: int) -> Span:
    return Span(np.full(columns, np.nan), np.full(columns, np.nan), np.zeros(columns, dtype=np.bool_))


class Smoother:
    """Exponential moving average of a growing curve: new points cost what they cost, not all over again."""

    def __init__(self) -> None:
        self._smoothing = 0.0
        self._count = 0
        self._mark: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._buffer = np.empty(0)

    def smooth(self, curve: Curve, smoothing: float) -> Array:
        """The average over all points of the curve."""
        total = len(curve)
        value = np.asarray(curve.value, dtype=np.float64)
        known = self._count <= total and smoothing == self._smoothing and self._mark == curve.mark(self._count)
        count = self._count if known else 0
        if count < total:
            # Points further back than this weigh less than rounding; NaN is skipped by `ema`,
            # so the stretch is counted in finite values.
            reach = int(np.ceil(np.log(_FORGOTTEN) / np.log(smoothing)))
            start = _go_back(value, count, reach)
            if len(self._buffer) < total:
                grown = np.empty(max(total, 2 * len(self._buffer)))
                grown[:count] = self._buffer[:count]
                self._buffer = grown
            self._buffer[count:total] = ema(value[start:total], smoothing)[count - start :]
        self._count, self._smoothing, self._mark = total, smoothing, curve.mark(total)
        return self._buffer[:total]


def _go_back(value: Array, count: int, reach: int) -> int:
    """Index from which at least `reach` finite values lie before `count`; 0 where there are too few."""
    start = max(0, count - reach)
    while start and np.count_nonzero(np.isfinite(value[start:count])) < reach:
        start = max(0, start - reach)
    return start
