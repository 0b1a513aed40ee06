"""What of a detector's answers can be set beside another's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.tasks.comparable import Comparable
from engine.tasks.contract import Predictor, Row
from engine.tasks.object_detection.confusion import Outcome, outcome
from engine.tasks.object_detection.data import labels_of
from engine.tasks.object_detection.matching import Boxes
from engine.tasks.object_detection.metrics import Measured

SHOWN = frozenset({"map50_95", "map50", "precision", "recall"})
"""Metrics that are compared, over all and of each class; not those of each size of each class."""


class Operated(Protocol):
    """What is read of a model's card."""

    @property
    def labels(self) -> list[str]: ...
    @property
    def thresholds(self) -> dict[str, float]: ...


@runtime_checkable
class Detecting(Protocol):
    """A detector that also gives what it is less sure of than it operates at: curves need that."""

    @property
    def card(self) -> Operated: ...
    def detect(self, samples: Sequence[Row]) -> list[Row]: ...


def comparable(predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
    """(engine.tasks.contract.Task.comparable)"""
    if not isinstance(predictor, Detecting):
        raise TypeError("not a model of object detection")
    return comparable_of(rows, predictor.detect(samples), predictor.card.labels, predictor.card.thresholds)


def comparable_of(
    rows: Sequence[Row], predictions: Sequence[Row], known: Sequence[str], thresholds: Mapping[str, float]
) -> Comparable:
    """The same of predictions, which are matched with the truth once and only counted anew over other images.

    The error of an image is how many of its boxes are missed or false where the detector operates. Classes that the
    model does not know count as missed.
    """
    labels = sorted({*known, *labels_of(rows)})
    truth, predicted = Boxes.of_rows(rows, labels), Boxes.of_rows(predictions, labels)
    measured = Measured.of(truth, predicted, labels, len(rows))
    found = outcome(truth, predicted, labels, thresholds)

    def metrics(at: NDArray[np.int64]) -> dict[str, float]:
        values = measured.values(thresholds, np.bincount(at, minlength=len(rows)))
        return {name: value for name, value in values.items() if name.rpartition("/")[2] in SHOWN}

    return Comparable(
        metrics=metrics,
        errors=_errors(found, len(rows)),
        wanted=lambda at: _in_words(found.truth, at, labels),
        told=lambda at: _in_words(found.predicted, at, labels),
    )


def _errors(found: Outcome, images: int) -> NDArray[np.float64]:
    truth, predicted = found.truth, found.predicted
    by = found.taken_for
    told = np.append(predicted.label, -1)[by]
    missed = np.bincount(truth.image[told != truth.label], minlength=images)
    wanted = np.append(truth.label, -1)[found.is_of]
    false = np.bincount(predicted.image[wanted != predicted.label], minlength=images)
    return (missed + false).astype(np.float64)


def _in_words(boxes: Boxes, image: int, labels: Sequence[str]) -> str:
    counts: Counter[Any] = Counter(labels[number] for number in boxes.label[boxes.image == image].tolist())
    return ", ".join(f"{count} {label}" for label, count in sorted(counts.items())) or "nothing"
