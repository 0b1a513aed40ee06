"""Columns to dots: braille has 2 × 4 dots a cell. Pure numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tui.widgets.chart.curve import Array
from tui.widgets.chart.trace import Span

Dots = NDArray[np.bool_]

BRAILLE = 0x2800
_WEIGHTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)


def rows_of(values: Array, low: float, high: float, rows: int) -> NDArray[np.int64]:
    """Dot row of each value, 0 at the top; values beyond the bounds lie outside 0…rows-1 by one. NaN gives -9."""
    if high <= low:
        high = low + 1.0
    scaled = (high - values) / (high - low) * (rows - 1)
    with np.errstate(invalid="ignore"):
        rounded = np.clip(np.rint(scaled), -1, rows)
    return np.where(np.isfinite(rounded), rounded, -9).astype(np.int64)


def raster(span: Span, low: float, high: float, rows: int) -> Dots:
    """Dots (rows × columns) of a curve: each column from its lowest to its highest point, neighbours joined.

    Where every column holds at most one point these are the dots of straight lines from point to
    point; where it holds many, those of the tangle of lines between them.
    """
    columns = len(span.low)
    bottom = rows_of(span.low, low, high, rows)
    top = rows_of(span.high, low, high, rows)
    filled = np.flatnonzero(np.isfinite(span.low))
    if not len(filled):
        return np.zeros((rows, columns), dtype=np.bool_)
    top, bottom = _join(top, bottom, filled, span.broken)
    row = np.arange(rows)[:, None]
    drawn = bottom >= -1
    return (row >= np.maximum(top, 0)) & (row <= bottom) & drawn


def _join(
    top: NDArray[np.int64], bottom: NDArray[np.int64], filled: NDArray[np.intp], broken: Dots
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the lines between neighbouring filled columns, except across a gap."""
    left, right = filled[:-1], filled[1:]
    gaps = np.concatenate(([0], np.cumsum(broken)))
    joined = (gaps[right + 1] - gaps[left] == 0) | ((right - left == 1) & ~(broken[left] & broken[right]))
    left, right = left[joined], right[joined]
    if not len(left):
        return top, bottom
    # The line leaves a column at the end that is nearest to the next one.
    leaves = np.where(top[right] > bottom[left], bottom[left], np.where(bottom[right] < top[left], top[left], -9))
    enters = np.where(top[right] > bottom[left], top[right], np.where(bottom[right] < top[left], bottom[right], -9))
    level = (np.maximum(top[left], top[right]) + np.minimum(bottom[left], bottom[right])) // 2
    leaves, enters = np.where(leaves == -9, level, leaves), np.where(enters == -9, level, enters)
    top, bottom = top.copy(), bottom.copy()
    # One entry for each step from a column to the next: the line's row before and after it.
    lengths = right - left
    pair = np.repeat(np.arange(len(left)), lengths)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    slope = (enters - leaves) / lengths
    before = np.rint(leaves[pair] + slope[pair] * place).astype(np.int64)
    after = np.rint(leaves[pair] + slope[pair] * (place + 1)).astype(np.int64)
    column = left[pair] + place
    # A steep step is shared: the upper half stands in one column, the lower in the other.
    middle = (before + after) // 2
    falls = after > before
    from_low = np.where(falls, middle, before)
    from_high = np.where(falls, before, np.where(after < before, middle + 1, before))
    to_low = np.where(falls, after, np.where(after < before, middle, after))
    to_high = np.where(falls, middle + 1, after)
    bottom[bottom == -9] = -8
    top[top == -9] = 10**6
    np.maximum.at(bottom, column, np.maximum(from_low, from_high))
    np.minimum.at(top, column, np.minimum(from_low, from_high))
    np.maximum.at(bottom, column + 1, np.maximum(to_low, to_high))
    np.minimum.at(top, column + 1, np.minimum(to_low, to_high))
    return top, bottom


def bits(dots: Dots) -> NDArray[np.uint8]:
    """Each cell's dots as the low bits of its braille character; 0 where it has none."""
    rows, columns = dots.shape
    cells = dots.reshape(rows // 4, 4, columns // 2, 2).view(np.uint8)
    return np.einsum("ydxc,dc->yx", cells, _WEIGHTS)
