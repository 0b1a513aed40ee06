"""From any number of points to what a chart's columns show: min/max per column, smoothing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def min_max_columns(
    x: NDArray[np.float64] | NDArray[np.int64], y: Floats, x0: float, x1: float, columns: int
) -> tuple[Floats, Floats]:
    """Lowest and highest `y` of the points in each of `columns` equal parts of [x0, x1].

    A column without a point holds NaN in both, and a NaN among the points is passed over. Every point
    counts: nothing is sampled away, so a spike of one step stays visible at any zoom.
    """
    low, high = np.full(columns, np.nan), np.full(columns, np.nan)
    if columns < 1 or not len(x) or not (math.isfinite(x0) and math.isfinite(x1)) or x1 < x0:
        return low, high
    if x1 == x0:
        inside = y[x == x0]
        if len(inside):
            low[0], high[0] = np.fmin.reduce(inside), np.fmax.reduce(inside)
        return low, high
    edges = np.linspace(x0, x1, columns + 1)
    if len(x) > 1 and not (x[1:] >= x[:-1]).all():
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    # The right edge belongs to the last column, every other edge to the column that it begins.
    bounds = np.searchsorted(x, edges, side="left")
    bounds[-1] = np.searchsorted(x, x1, side="right")
    starts, ends = bounds[:-1], bounds[1:]
    filled = starts < ends
    if filled.any():
        # reduceat runs each part up to the next start: empty columns are left out, the end is cut off.
        part = y[: bounds[-1]]
        low[filled] = np.fmin.reduceat(part, starts[filled])
        high[filled] = np.fmax.reduceat(part, starts[filled])
    return low, high


def ema(values: Floats, smoothing: float) -> Floats:
    """Exponential moving average over all points, debiased as in Adam (no pull toward 0 at the start).

    `smoothing` in [0, 1) is the weight of the past. A point that is not finite stays as it is and
    leaves the average alone.
    """
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing {smoothing} is not in [0, 1)")
    result = np.array(values, dtype=np.float64)
    finite = np.isfinite(result)
    if smoothing == 0 or not finite.any():
        return result
    result[finite] = _debiased(result[finite], smoothing)
    return result


def _debiased(values: Floats, smoothing: float) -> Floats:
    """y[k] = s·y[k-1] + (1-s)·v[k] in blocks: inside a block a scaled cumulative sum, between blocks a carry.

    The block is short enough for s^-block to stay far below the largest double.
    """
    count = len(values)
    block = min(count, max(1, int(230 / -math.log(smoothing))))
    powers = smoothing ** np.arange(block)
    rows = -(-count // block)
    padded = np.zeros(rows * block)
    padded[:count] = values
    local = np.cumsum(padded.reshape(rows, block) * ((1 - smoothing) / powers), axis=1) * powers
    decay = smoothing**block
    carries = np.empty(rows)
    carry = 0.0
    for row, end in enumerate(local[:, -1].tolist()):
        carries[row] = carry
        carry = end + decay * carry
    smooth = (local + carries[:, None] * (smoothing * powers)).reshape(-1)[:count]
    biased = min(count, int(40 / -math.log(smoothing)) + 1)  # past it, s^n vanishes beside 1
    smooth[:biased] /= 1 - smoothing ** np.arange(1, biased + 1)
    return smooth
