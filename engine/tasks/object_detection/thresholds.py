"""The confidence from which a class's predictions count, chosen on validation. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.tasks.object_detection.matching import Floats
from engine.tasks.object_detection.metrics import DEFAULT_CONFIDENCE, Measured, Ranking


@dataclass(frozen=True)
class OperatingPoint:
    """A confidence, and what the class has there on the data that it was chosen on."""

    confidence: float
    precision: float
    recall: float
    floor_reached: bool = True
    """False when no confidence has the recall that was asked for; this one then has the most there is."""

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def operating_points(
    measured: Measured, recall_floor: Mapping[str, float] | None = None
) -> dict[str, OperatingPoint]:
    """Of each class: where its F1 is best or, where a floor is given, the highest confidence that has that recall."""
    floors = recall_floor or {}
    return {
        label: at_recall(ranking, floors[label]) if label in floors else best_f1(ranking)
        for label, ranking in zip(measured.labels, measured.rankings, strict=True)
    }


def confidences(points: Mapping[str, OperatingPoint]) -> dict[str, float]:
    """What is stored with the model."""
    return {label: point.confidence for label, point in points.items()}


def best_f1(ranking: Ranking) -> OperatingPoint:
    """The highest confidence with the best F1 at IoU 0.5.

    A class that has no true box, or none of whose predictions is right, operates at the default.
    """
    confidence, precision, recall = curves(ranking)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)
    if not f1.any():
        return _unknown(ranking)
    at = int(np.argmax(f1))
    return OperatingPoint(float(confidence[at]), float(precision[at]), float(recall[at]))


def at_recall(ranking: Ranking, floor: float) -> OperatingPoint:
    """The highest confidence whose recall is at least `floor`; where none is, that of the best recall."""
    confidence, precision, recall = curves(ranking)
    if not recall.any():
        return _unknown(ranking, floor_reached=floor <= 0)
    # 4 of 5 must meet a floor of 0.8 whatever the division made of it.
    reached = recall >= floor - 1e-9
    at = int(np.argmax(reached)) if reached.any() else int(np.argmax(recall))
    return OperatingPoint(float(confidence[at]), float(precision[at]), float(recall[at]), bool(reached.any()))


def curves(ranking: Ranking) -> tuple[Floats, Floats, Floats]:
    """Falling confidences, and precision and recall at IoU 0.5 of what is at least so sure.

    One point for each confidence that occurs: predictions that are equally sure come and go together.
    """
    right = np.cumsum(ranking.right[:, 0])
    last = np.append(np.diff(ranking.confidence) < 0, True)[: len(right)]
    at = np.flatnonzero(last)
    recall = right[at] / ranking.true if ranking.true else np.zeros(len(at))
    return ranking.confidence[at], right[at] / (at + 1), recall


def _unknown(ranking: Ranking, *, floor_reached: bool = True) -> OperatingPoint:
    precision, recall = ranking.precision_and_recall(DEFAULT_CONFIDENCE)
    return OperatingPoint(DEFAULT_CONFIDENCE, precision, recall, floor_reached)
