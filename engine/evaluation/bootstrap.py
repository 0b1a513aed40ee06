"""Bootstrap intervals of a metric over documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    return bootstrap_intervals(
        lambda drawn: {"": metric(drawn)}, count, resamples=resamples, level=level, seed=seed
    ).get("")


def bootstrap_intervals(
    metrics: Callable[[Indices], Mapping[str, float]],
    count: int,
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """The same for several metrics that are measured together: each resample is drawn and matched once.

    A metric that some resamples do not have (no example of a rare class was drawn) gets the interval of the others.
    """
    if count < 2:
        return {}
    draws = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(resamples):
        for name, value in metrics(draws.integers(0, count, count)).items():
            drawn.setdefault(name, []).append(value)
    intervals = {}
    for name, values in drawn.items():
        low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
        intervals[name] = (float(low), float(high))
    return intervals
