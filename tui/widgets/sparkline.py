"""A curve in one line of text: every value counts, a spike stays visible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from engine.events.decimate import min_max_columns
from tui.theme import Role
from tui.widgets.cells import Piece
from tui.widgets.chart.raster import BRAILLE, bits, raster
from tui.widgets.chart.trace import Span

_LEVELS = "_.-=*#"


def sparkline(
    values: ArrayLike | Sequence[float], width: int, *, role: int = Role.ACTIVE, ascii_only: bool = False
) -> tuple[Piece, ...]:
    """The values in braille, lowest to highest of each column of dots; six levels of ASCII without braille."""
    y = np.asarray(values, dtype=np.float64)
    y = np.where(np.isfinite(y), y, np.nan)
    if width < 1 or not np.isfinite(y).any():
        return ((" " * max(0, width), int(role)),)
    columns = width if ascii_only else width * 2
    low, high = min_max_columns(np.arange(len(y), dtype=np.float64), y, 0.0, float(max(1, len(y) - 1)), columns)
    bottom, top = float(np.nanmin(low)), float(np.nanmax(high))
    if ascii_only:
        return ((_ascii(low, high, bottom, top), int(role)),)
    if top == bottom:
        bottom, top = bottom - 1.0, top + 1.0
    dots = raster(Span(low, high, np.zeros(columns, dtype=np.bool_)), bottom, top, 4)
    text = "".join(chr(BRAILLE + code) if code else " " for code in bits(dots)[0].tolist())
    return ((text, int(role)),)


def _ascii(low: np.ndarray, high: np.ndarray, bottom: float, top: float) -> str:
    text, last = [], " "
    middle = (bottom + top) / 2
    for least, most in zip(low.tolist(), high.tolist(), strict=True):
        if least == least:
            # Of a column's two ends the one that is further from the middle: the spike.
            value = most if most - middle >= middle - least else least
            share = (value - bottom) / (top - bottom) if top > bottom else 0.5
            last = _LEVELS[min(len(_LEVELS) - 1, int(share * len(_LEVELS)))]
        text.append(last)
    return "".join(text)
