"""Bootstrap intervals of a metric over documents."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


def bootstrap_interval(
    metric: Callable[[Indices], float],
    count: int,
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Percentile interval of `metric` over `count` documents drawn with replacement.

    `metric` gets the indices of one resample. Returns None for fewer than two documents.
    Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    if count < 2:
        return None
    draws = np.random.default_rng(seed)
    values = [metric(draws.integers(0, count, count)) for _ in range(resamples)]
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
