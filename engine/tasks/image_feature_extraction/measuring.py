"""What answers are worth against known labels. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.evaluation.calibration import expected_calibration_error, reliability
from engine.linear_head import Matrix, Numbers
from engine.retrieval.answers import Answers
from engine.retrieval.votes import UNKNOWN, average_precisions

Metrics = dict[str, float | None]


def precisions_of(answers: Answers, reference_labels: Numbers, labels: Numbers, relevant: Numbers, k: int) -> Matrix:
    """Average precision at `k` of each query; NaN where it could find nothing."""
    return average_precisions(answers.neighbours.first(k), reference_labels, labels, relevant)


def metrics_of(
    predicted: Numbers,
    labels: Numbers,
    precisions: Matrix,
    probabilities: Matrix,
    accepted: Numbers,
    names: Sequence[str],
) -> Metrics:
    """Every figure of a split, those of single classes after the common ones; `accepted` is True where an answer is
    given and not `unknown`."""
    right = (predicted == labels) & (labels != UNKNOWN)
    known = ~np.isnan(precisions)
    metrics: Metrics = {
        "map": float(precisions[known].mean()) if known.any() else None,
        "accuracy": float(right.mean()) if len(right) else None,
        "macro_f1": macro_f1(predicted, labels),
        "calibration_error": expected_calibration_error(reliability(probabilities.tolist(), right.tolist())),
        "brier": float(((probabilities - right) ** 2).mean()) if len(right) else None,
        "answered": float(accepted.mean()) if len(right) else None,
        "false_accept_rate": float(accepted[~right].mean()) if (~right).any() else None,
    }
    for number, name in enumerate(names):
        inside = labels == number
        if inside.any():
            metrics[f"{name}/accuracy"] = float(right[inside].mean())
            mine = precisions[inside & known]
            metrics[f"{name}/map"] = float(mine.mean()) if len(mine) else None
    return metrics


def macro_f1(predicted: Numbers, labels: Numbers) -> float | None:
    """Mean F1 of the classes that occur in the truth."""
    found = []
    for number in np.unique(labels[labels != UNKNOWN]):
        both = int(((predicted == number) & (labels == number)).sum())
        found.append(2 * both / int((predicted == number).sum() + (labels == number).sum()))
    return float(np.mean(found)) if found else None
