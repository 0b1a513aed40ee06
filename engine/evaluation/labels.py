"""Accuracy, precision, recall and F1 of labels, and their intervals. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.bootstrap import bootstrap_intervals

MOST_LABELS = 50
"""Labels of which each has figures of its own where many sets of rows are measured."""
Numbers = NDArray[np.int64]
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Figures of a set of predictions."""

    macro_f1: float
    """Mean F1 of the labels that occur in the truth or in the prediction (as in scikit-learn)."""
    accuracy: float
    precision: Figures
    recall: Figures
    f1: Figures
    """Per label; 0 where there is nothing to have a share of."""


def scores(truth: Numbers, predicted: Numbers, count: int) -> Scores:
    """Figures of predictions, as numbers of `count` labels."""
    return _scores(_counts(truth, predicted, count, np.zeros_like(truth), 1)[0])


def label_metrics(truth: Numbers, predicted: Numbers, labels: Sequence[str]) -> dict[str, float]:
    """`macro_f1`, `accuracy`, and precision, recall and F1 per label, by name."""
    values = scores(truth, predicted, len(labels))
    metrics = {"macro_f1": values.macro_f1, "accuracy": values.accuracy}
    for at, label in enumerate(labels):
        metrics[f"{label}/precision"] = float(values.precision[at])
        metrics[f"{label}/recall"] = float(values.recall[at])
        metrics[f"{label}/f1"] = float(values.f1[at])
    return metrics


def label_metrics_of(truth: Numbers, predicted: Numbers, labels: Sequence[str]) -> dict[str, float]:
    """The same for rows of which some labels may be missing, such as those of a resample: what they say nothing of is
    left out, and single labels where there are more than `MOST_LABELS`."""
    values = scores(truth, predicted, len(labels))
    metrics = {"macro_f1": values.macro_f1, "accuracy": values.accuracy}
    if len(labels) > MOST_LABELS:
        return metrics
    for at in np.unique(truth).tolist():
        metrics[f"{labels[at]}/precision"] = float(values.precision[at])
        metrics[f"{labels[at]}/recall"] = float(values.recall[at])
        metrics[f"{labels[at]}/f1"] = float(values.f1[at])
    return metrics


def intervals(
    truth: Numbers, predicted: Numbers, labels: Sequence[str], groups: Sequence[Hashable]
) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals over groups: examples of one group stand or fall together."""
    numbers: dict[Hashable, int] = {}
    group_of = np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)
    counts = _counts(truth, predicted, len(labels), group_of, len(numbers))
    flat = counts.reshape(len(numbers), -1)

    def resampled(drawn: Numbers) -> dict[str, float]:
        values = _scores((np.bincount(drawn, minlength=len(flat)) @ flat).reshape(counts.shape[1:]))
        figures = {"macro_f1": values.macro_f1, "accuracy": values.accuracy}
        return figures | {f"{label}/f1": float(f1) for label, f1 in zip(labels, values.f1, strict=True)}

    return bootstrap_intervals(resampled, len(numbers))


def confusion(truth: Numbers, predicted: Numbers, count: int) -> Numbers:
    """How often each true label (rows) was given each label (columns)."""
    table: Numbers = np.bincount(truth * count + predicted, minlength=count * count).reshape(count, count)
    return table


def _counts(truth: Numbers, predicted: Numbers, count: int, group_of: Numbers, groups: int) -> Figures:
    """Per group and label: right, true, predicted. (groups, 3, labels)"""
    right = truth == predicted
    cells = [(group_of[right], truth[right]), (group_of, truth), (group_of, predicted)]
    size = groups * count
    counted = [np.bincount(group * count + label, minlength=size).reshape(groups, count) for group, label in cells]
    return np.stack(counted, axis=1).astype(np.float64)


def _scores(counts: Figures) -> Scores:
    right, true, predicted = counts
    there = true + predicted
    f1 = _share(2 * right, there)
    return Scores(
        macro_f1=float(f1[there > 0].mean()) if (there > 0).any() else 0.0,
        accuracy=float(right.sum() / true.sum()) if true.sum() else 0.0,
        precision=_share(right, predicted),
        recall=_share(right, true),
        f1=f1,
    )


def _share(part: Figures, whole: Figures) -> Figures:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
