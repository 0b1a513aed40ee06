"""Measures of predicted similarity against the scores. Numpy alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def pair_metrics(similarity: Values, score: Values) -> dict[str, float]:
    """`spearman`, `pearson`, `mae`, and `correlation`, which is Spearman's.

    `correlation` is the headline and what a profile's target is about. It is Spearman's, because what a
    similarity is used for is order (the nearest first, the pairs above a cut), because it does
    not reward a model for the shape of its scale, and because it is what published comparisons of
    sentence embeddings report (Reimers et al. 2016, "Task-Oriented Intrinsic Evaluation of STS").
    """
    order = spearman(similarity, score)
    return {
        "correlation": order,
        "spearman": order,
        "pearson": pearson(similarity, score),
        "mae": float(np.abs(similarity - score).mean()) if len(score) else math.nan,
    }


def pearson(x: Values, y: Values) -> float:
    """Pearson's correlation; NaN for fewer than two values or when one side never varies."""
    if len(x) < 2:
        return math.nan
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float((x * x).sum()) * float((y * y).sum()))
    return float((x * y).sum()) / scale if scale > 1e-12 else math.nan


def spearman(x: Values, y: Values) -> float:
    """Pearson's correlation of the ranks; equal values share their mean rank."""
    return pearson(ranks(x), ranks(y))


def ranks(values: Values) -> Values:
    """Mean rank of each value, from 0."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    return ((2 * last - counts + 1) / 2)[inverse]


@dataclass(frozen=True)
class CalibrationBin:
    """Pairs whose predicted similarity lies in [low, high)."""

    low: float
    high: float
    count: int
    similarity: float
    """Mean predicted similarity."""
    score: float
    """Mean score."""


def calibration_bins(similarity: Values, score: Values, *, count: int = 10) -> list[CalibrationBin]:
    """Bins of equal width from 0 to 1 that hold a pair; what lies outside counts in the nearest."""
    place = np.clip((similarity * count).astype(int), 0, count - 1)
    return [
        CalibrationBin(
            low=at / count,
            high=(at + 1) / count,
            count=int((place == at).sum()),
            similarity=float(similarity[place == at].mean()),
            score=float(score[place == at].mean()),
        )
        for at in range(count)
        if (place == at).any()
    ]
