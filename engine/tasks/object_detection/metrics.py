"""What a detector is measured by: COCO's average precision, and precision and recall where it operates.

`Measured.of(truth, predicted, labels, images)` matches once; everything else is read off that: a curve, a
confidence to operate at (`thresholds.py`), a bootstrap over images (weights), the values of an epoch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tasks.object_detection.matching import Booleans, Boxes, Floats, Integers, area, match, strongest

RECALLS: Floats = np.linspace(0.0, 1.0, 101)
"""COCO's points of recall."""
DEFAULT_CONFIDENCE = 0.25
"""Where a class operates that validation could say nothing about. Source: the usual default of YOLO."""
SIZES: dict[str, tuple[float, float]] = {
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, float("inf")),
}
"""COCO's bounds of a box's area in square pixels of the image as stored, the lower one included."""
SHORT_SIDES: dict[str, tuple[float, float]] = {
    "< 4 px": (0.0, 4.0),
    "4 – 8 px": (4.0, 8.0),
    "8 – 16 px": (8.0, 16.0),
    "≥ 16 px": (16.0, float("inf")),
}
"""Area says little of thin things: a crossarm of 50 × 4 px has the area of a box of 14 × 14. Each bound is
twice the one before, as the strides of a detector's levels are."""

Weights = NDArray[np.int64]
"""How often each image counts."""


@dataclass(frozen=True)
class Ranking:
    """What became of one class: its predictions, the surest first, and its true boxes."""

    confidence: Floats
    image: Integers
    right: Booleans
    """Predictions by IoU thresholds."""
    found_at: Floats
    """True boxes by IoU thresholds: the confidence of the prediction that found it; -1 where none did."""
    true_image: Integers
    area: Floats
    short_side: Floats

    @property
    def true(self) -> int:
        """How many true boxes there are."""
        return len(self.true_image)

    def average_precision(self, weights: Weights | None = None) -> Floats:
        """Per IoU threshold; NaN where the class has no true box."""
        return np.array([curve.mean() for curve in self._curves(weights, self.right.shape[1])])

    def precision_over_recall(self) -> Floats:
        """At IoU 0.5: the best precision from each of `RECALLS` on, 0 beyond the reach."""
        return self._curves(None, 1)[0]

    def precision_and_recall(self, confidence: float, weights: Weights | None = None) -> tuple[float, float]:
        """At IoU 0.5 of the predictions of this confidence or more. A share of nothing is 0."""
        sure = self.confidence >= confidence
        counted = sure.astype(np.float64) if weights is None else sure * weights[self.image]
        predicted, right = counted.sum(), counted[self.right[:, 0]].sum()
        return (float(right / predicted) if predicted else 0.0, self.recall_of(None, confidence, weights) or 0.0)

    def recall_of(self, part: Booleans | None, confidence: float, weights: Weights | None = None) -> float | None:
        """The share of some true boxes (all of them without `part`) that is found; None where there are none."""
        part = np.ones(self.true, dtype=np.bool_) if part is None else part
        counted = part.astype(np.float64) if weights is None else part * weights[self.true_image]
        total = counted.sum()
        return float(counted[self.found_at[:, 0] >= confidence].sum() / total) if total else None

    def _curves(self, weights: Weights | None, levels: int) -> list[Floats]:
        """Precision over `RECALLS` per IoU threshold.

        Only predictions that are right can raise recall or precision, so the curve is taken at these.
        """
        counted = np.ones(len(self.image)) if weights is None else weights[self.image].astype(np.float64)
        total = float(self.true if weights is None else weights[self.true_image].sum())
        predicted = np.cumsum(counted)
        return [
            self._curve(np.flatnonzero(self.right[:, level]), counted, predicted, total) for level in range(levels)
        ]

    @staticmethod
    def _curve(hits: Integers, counted: Floats, predicted: Floats, total: float) -> Floats:
        if not total:
            return np.full(len(RECALLS), np.nan)
        right = np.cumsum(counted[hits])
        precision = np.divide(right, predicted[hits], out=np.zeros(len(hits)), where=predicted[hits] > 0)
        best = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
        return best[np.searchsorted(right / total, RECALLS, side="left")]


@dataclass(frozen=True)
class Measured:
    """A detector's predictions on a split against the truth."""

    labels: tuple[str, ...]
    images: int
    rankings: tuple[Ranking, ...]
    """One per label."""

    @classmethod
    def of(cls, truth: Boxes, predicted: Boxes, labels: Sequence[str], images: int) -> Measured:
        """Match the predictions with the truth."""
        predicted = strongest(predicted)
        matches = match(truth, predicted)
        by = matches.found_by
        surety = np.append(predicted.confidence, -1.0)
        found_at = np.where(by >= 0, surety[by], -1.0)
        sides = truth.box[:, 2:] - truth.box[:, :2]
        rankings = []
        for number in range(len(labels)):
            one, two = predicted.label == number, truth.label == number
            rankings.append(
                Ranking(
                    predicted.confidence[one],
                    predicted.image[one],
                    matches.right[one],
                    found_at[two],
                    truth.image[two],
                    area(truth.box[two]),
                    sides[two].min(axis=1, initial=np.inf),
                )
            )
        return cls(tuple(labels), images, tuple(rankings))

    def values(self, thresholds: Mapping[str, float], weights: Weights | None = None) -> dict[str, float]:
        """The task's metrics; `thresholds` is the confidence at which each class operates.

        The overall ones are means over the classes that have true boxes, so that a rare class counts as much
        as a frequent one. What nothing can be said of (a class or a size without true boxes) is left out.
        """
        values: dict[str, float] = {}
        for label, ranking in zip(self.labels, self.rankings, strict=True):
            precisions = ranking.average_precision(weights)
            if np.isnan(precisions).any():
                continue
            confidence = thresholds.get(label, DEFAULT_CONFIDENCE)
            precision, recall = ranking.precision_and_recall(confidence, weights)
            values[f"{label}/map50_95"] = float(precisions.mean())
            values[f"{label}/map50"] = float(precisions[0])
            values[f"{label}/precision"], values[f"{label}/recall"] = precision, recall
            for size, (least, below) in SIZES.items():
                part = (ranking.area >= least) & (ranking.area < below)
                found = ranking.recall_of(part, confidence, weights)
                if found is not None:
                    values[f"{label}/recall_{size}"] = found
        present = [label for label in self.labels if f"{label}/map50" in values]
        overall = {
            name: float(np.mean([values[f"{label}/{name}"] for label in present])) if present else 0.0
            for name in ("map50_95", "map50", "precision", "recall")
        }
        return {**overall, **values}
