"""Which pictures are too dark, too bright, cut off at an end of the scale, or without contrast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.curation.reading import Grey

Numbers = NDArray[np.float32]
LEVELS = 6
DARK, LOW, MEAN, HIGH, AT_BOTTOM, AT_TOP = range(LEVELS)
"""Columns: lowest value, 2 % quantile, mean, 98 % quantile, part of pixels at 0, part of pixels at the top."""
OUTLIER = 3.5
"""Robust deviations from the median (Iglewicz & Hoaglin, How to Detect and Handle Outliers, 1993)."""
_MAD = 1.4826
"""Median absolute deviation → standard deviation of a normal distribution."""
_LEAST_SPREAD = 0.1
"""Of logarithms: where all pictures are alike to a tenth, a further tenth is nothing."""
_EDGE = 0.004
"""One step of 8 bits from an end of the scale."""


@dataclass(frozen=True)
class Misexposed:
    """A picture whose exposure is off."""

    at: int
    score: float
    reason: str


def levels(grey: Grey) -> Numbers:
    """(LEVELS,) of a picture."""
    low, high = np.quantile(grey, [0.02, 0.98])
    return np.array(
        [grey.min(), low, grey.mean(), high, (grey <= _EDGE).mean(), (grey >= 1 - _EDGE).mean()], dtype=np.float32
    )


def misexposed(levels: Numbers, deep: NDArray[np.bool_], *, bound: float, clipped: float) -> list[Misexposed]:
    """Pictures whose exposure is off, by their `levels`; those `deep` have more than 8 bits.

    Reported are pictures all below `bound` of the range, all above its counterpart, or of a contrast below half of
    it; up to twice that where they stand out of the data set, too. So are pictures of which `clipped` of the pixels
    have the lowest or the highest value. The range of deep pictures is what the data set uses of it: a thermal camera
    may fill a hundredth of 16 bits.
    """
    scaled = levels.astype(np.float64).copy()
    if deep.any():
        bottom, top = np.quantile(levels[deep, LOW], 0.01), np.quantile(levels[deep, HIGH], 0.99)
        scaled[deep, : HIGH + 1] = (scaled[deep, : HIGH + 1] - bottom) / max(top - bottom, 1e-6)
    high, low = scaled[:, HIGH], scaled[:, LOW]
    found: dict[int, Misexposed] = {}
    for reason, value, sure in (
        ("without contrast", high - low, bound / 2),
        ("too dark", high, bound),
        ("too bright", 1 - low, bound),
    ):
        off = (value < sure) | ((value < 2 * sure) & (_deviations(value) < -OUTLIER))
        _add(
            found,
            off,
            np.clip(1 - value / (2 * sure), 0, 1) if sure else value,
            f"{reason}: {{:.0%}} of the range",
            value,
        )
    for reason, part in (("dark", scaled[:, AT_BOTTOM]), ("bright", scaled[:, AT_TOP])):
        off = (part >= clipped) & (part > 0)
        _add(found, off, part, f"cut off at the {reason} end: {{:.0%}} of the pixels", part)
    return list(found.values())


def _add(
    found: dict[int, Misexposed],
    off: NDArray[np.bool_],
    score: NDArray[np.float64],
    reason: str,
    value: NDArray[np.float64],
) -> None:
    """Keep the surest reason of each picture."""
    for at in np.flatnonzero(off).tolist():
        if at not in found or score[at] > found[at].score:
            found[at] = Misexposed(at, float(score[at]), reason.format(max(0.0, value[at])))


def _deviations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many robust deviations each is from the median, of the logarithms: light is a factor."""
    logs = np.log(np.maximum(values, 1e-3))
    middle = np.median(logs)
    spread = _MAD * np.median(np.abs(logs - middle))
    result: NDArray[np.float64] = (logs - middle) / max(float(spread), _LEAST_SPREAD)
    return result
