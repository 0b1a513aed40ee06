"""How boxes go wrong: taken for another class, missed, or seen where there is only background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.tasks.object_detection.matching import Boxes, Integers, match, strongest
from engine.tasks.object_detection.metrics import DEFAULT_CONFIDENCE

AT_IOU = np.array([0.5])


@dataclass(frozen=True)
class Outcome:
    """Every true box and every prediction that counts, once."""

    truth: Boxes
    predicted: Boxes
    """The predictions at or above their class's operating confidence, the surest first."""
    taken_for: Integers
    """Per true box: the number of its prediction, of whatever class; -1 when it was missed."""
    is_of: Integers
    """Per prediction: the number of its true box; -1 when there is only background."""

    def missed(self, image: int) -> Integers:
        """True boxes of an image that no prediction of their class found."""
        here = np.flatnonzero(self.truth.image == image)
        return here[[not self._right(at) for at in here.tolist()]] if len(here) else here

    def false(self, image: int) -> Integers:
        """Predictions of an image that are wrong: background, or another class."""
        here = np.flatnonzero(self.predicted.image == image)
        wrong = [
            self.is_of[at] < 0 or self.truth.label[self.is_of[at]] != self.predicted.label[at] for at in here.tolist()
        ]
        return here[wrong] if len(here) else here

    def table(self, classes: int) -> Integers:
        """Rows: true classes, then background. Columns: predicted classes, then missed."""
        table = np.zeros((classes + 1, classes + 1), dtype=np.int64)
        labels = np.append(self.predicted.label, classes)
        np.add.at(table, (self.truth.label, labels[self.taken_for]), 1)
        invented = self.predicted.label[self.is_of < 0]
        table[classes, :classes] = np.bincount(invented, minlength=classes)
        return table

    def _right(self, at: int) -> bool:
        by = self.taken_for[at]
        return bool(by >= 0 and self.predicted.label[by] == self.truth.label[at])


def outcome(truth: Boxes, predicted: Boxes, labels: Sequence[str], thresholds: Mapping[str, float]) -> Outcome:
    """Pair boxes at IoU 0.5: those of the same class first, as recall counts them, then what is left of any class."""
    least = np.array([thresholds.get(label, DEFAULT_CONFIDENCE) for label in labels])
    predicted = strongest(predicted)
    predicted = predicted.take(predicted.confidence >= least[predicted.label])
    taken_for = match(truth, predicted, AT_IOU).found_by[:, 0].copy()
    is_of = np.full(len(predicted), -1, dtype=np.int64)
    is_of[taken_for[taken_for >= 0]] = np.flatnonzero(taken_for >= 0)
    lost, idle = np.flatnonzero(taken_for < 0), np.flatnonzero(is_of < 0)
    others = match(_of_one_class(truth.take(lost)), _of_one_class(predicted.take(idle)), AT_IOU).found_by[:, 0]
    paired = others >= 0
    taken_for[lost[paired]] = idle[others[paired]]
    is_of[idle[others[paired]]] = lost[paired]
    return Outcome(truth, predicted, taken_for, is_of)


def _of_one_class(boxes: Boxes) -> Boxes:
    return Boxes(boxes.image, np.zeros_like(boxes.label), boxes.box, boxes.confidence)
