"""How boxes go wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.tasks.object_detection.confusion import outcome
from engine.tasks.object_detection.matching import Boxes
from engine.tasks.object_detection.metrics import Measured

LABELS = ("crossarm", "pole")


def rows(*images: list[tuple[str, list[float], float]]) -> Boxes:
    objects = [[{"label": label, "box": box, "confidence": sure} for label, box, sure in one] for one in images]
    return Boxes.of_rows([{"objects": one} for one in objects], LABELS)


TRUTH = rows([("pole", [0, 0, 10, 10], 1), ("pole", [20, 0, 30, 10], 1), ("crossarm", [40, 0, 50, 10], 1)], [])
PREDICTED = rows(
    [("pole", [0, 0, 10, 10], 0.9), ("crossarm", [20, 0, 30, 10], 0.8), ("crossarm", [40, 0, 50, 10], 0.2)],
    [("pole", [0, 0, 5, 5], 0.7)],
)


def test_each_box_stands_once_in_the_table_with_background() -> None:
    result = outcome(TRUTH, PREDICTED, LABELS, {"crossarm": 0.5, "pole": 0.5})
    # Rows crossarm, pole, background; columns crossarm, pole, missed.
    assert result.table(2).tolist() == [[0, 0, 1], [1, 1, 0], [0, 1, 0]]
    assert result.missed(0).tolist() == [1, 2] and result.missed(1).tolist() == []
    assert [result.predicted.confidence[at] for at in result.false(0)] == [0.8]
    assert len(result.false(1)) == 1


def test_the_operating_confidence_decides_what_counts() -> None:
    result = outcome(TRUTH, PREDICTED, LABELS, {"crossarm": 0.1, "pole": 0.95})
    assert result.table(2).tolist() == [[1, 0, 0], [1, 0, 1], [0, 0, 0]]


def test_a_box_of_the_right_class_goes_before_a_better_one_of_another() -> None:
    truth = rows([("pole", [0, 0, 10, 10], 1)])
    predicted = rows([("crossarm", [0, 0, 10, 10], 0.9), ("pole", [0, 0, 10, 8], 0.6)])
    assert outcome(truth, predicted, LABELS, {}).table(2).tolist() == [[0, 0, 0], [0, 1, 0], [1, 0, 0]]


def test_the_diagonal_is_recall_and_the_sums_are_all_boxes(crowd: Any) -> None:
    truth, predicted = crowd(images=40, truths=5, predictions=15, classes=2, seed=4)
    thresholds = {"a": 0.5, "b": 0.3}
    result = outcome(truth, predicted, ("a", "b"), thresholds)
    table, values = result.table(2), Measured.of(truth, predicted, ("a", "b"), 40).values(thresholds)
    assert table[:2].sum(axis=1).tolist() == np.bincount(truth.label).tolist()
    assert table[:, :2].sum() == len(result.predicted)
    assert table[0, 0] / table[0].sum() == values["a/recall"]
    assert table[1, 1] / table[:, 1].sum() == values["b/precision"]
    assert sum(len(result.missed(image)) for image in range(40)) == table[:2].sum() - table[0, 0] - table[1, 1]


def test_nothing_at_all_is_an_empty_table() -> None:
    nothing = rows([])
    assert outcome(nothing, nothing, LABELS, {}).table(2).sum() == 0
