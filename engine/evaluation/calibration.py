"""Whether a confidence of 0.8 means right eight times in ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.report import Table


@dataclass(frozen=True)
class Bin:
    """Predictions whose confidence lies between `low` and `high`."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean confidence."""
    accuracy: float
    """Part that is right."""


def reliability(confidences: Sequence[float], right: Sequence[bool], *, bins: int = 10) -> list[Bin]:
    """Predictions in bins of equal width; empty bins are left out."""
    confidence, correct = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    numbers = np.minimum((confidence * bins).astype(int), bins - 1)
    made = []
    for number in range(bins):
        inside = numbers == number
        if inside.any():
            made.append(
                Bin(
                    number / bins,
                    (number + 1) / bins,
                    int(inside.sum()),
                    float(confidence[inside].mean()),
                    float(correct[inside].mean()),
                )
            )
    return made


def expected_calibration_error(bins: Sequence[Bin]) -> float | None:
    """Mean distance between confidence and accuracy, weighted by count; None without predictions.

    Source: Naeini et al. 2015; Guo et al. 2017 (arXiv 1706.04599). It depends on the bins: never a gate.
    """
    total = sum(one.count for one in bins)
    if not total:
        return None
    return sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / total


def error_by_chance(confidences: Sequence[float], *, bins: int = 10, draws: int = 100, seed: int = 0) -> float | None:
    """The error that perfectly honest confidences would show on so many rows, on average: with few rows that is much,
    and an error near it is no evidence of anything. None without predictions.

    Source: consistency resampling (Bröcker & Smith 2007, Weather and Forecasting 22).
    """
    if not len(confidences):
        return None
    chances = np.asarray(confidences, dtype=float)
    source = np.random.default_rng(seed)
    drawn = [(source.random(len(chances)) < chances).tolist() for _ in range(draws)]
    errors = [expected_calibration_error(reliability(confidences, right, bins=bins)) for right in drawn]
    return float(np.mean([error for error in errors if error is not None]))


def reliability_table(bins: Sequence[Bin], *, what: str) -> Table:
    """The bins as a table of the report; `what` names what is predicted: entities, pairs …"""
    error = expected_calibration_error(bins)
    summary = f"expected calibration error {error:.3f}" if error is not None else "nothing was predicted"
    return Table(
        "Calibration",
        ["confidence", what, "mean confidence", "right"],
        [[f"{one.low:.1f} – {one.high:.1f}", one.count, one.confidence, one.accuracy] for one in bins],
        note=f"Confidence against how often it is right: {summary}.",
        figure="calibration",
    )
