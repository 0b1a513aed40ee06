"""Where a class operates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.tasks.object_detection.metrics import DEFAULT_CONFIDENCE, Measured, Ranking
from engine.tasks.object_detection.thresholds import at_recall, best_f1, confidences, curves, operating_points


def ranking(confidence: list[float], right: list[bool], true: int) -> Ranking:
    """Predictions in falling confidence; those that are right find the first true boxes."""
    found = [sure for sure, is_right in zip(confidence, right, strict=True) if is_right]
    found_at = np.array(found + [-1.0] * (true - len(found)))[:, None]
    return Ranking(
        np.array(confidence, dtype=float),
        np.zeros(len(confidence), dtype=np.int64),
        np.array(right, dtype=bool)[:, None],
        found_at,
        np.zeros(true, dtype=np.int64),
        np.ones(true),
        np.ones(true),
    )


SOME = ranking([0.9, 0.8, 0.7, 0.6, 0.5], [True, True, False, True, False], 4)
"""F1: 0.4, 0.67, 0.57, 0.75, 0.67."""


def test_the_best_f1_is_found() -> None:
    point = best_f1(SOME)
    assert (point.confidence, point.precision, point.recall) == (0.6, 0.75, 0.75)
    assert point.f1 == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("floor", "confidence", "reached"), [(0.2, 0.9, True), (0.5, 0.8, True), (0.75, 0.6, True), (0.8, 0.6, False)]
)
def test_a_recall_floor_is_met_at_the_highest_confidence_that_has_it(
    floor: float, confidence: float, reached: bool
) -> None:
    point = at_recall(SOME, floor)
    assert (point.confidence, point.floor_reached) == (confidence, reached)


def test_a_floor_that_division_makes_uneven_is_met() -> None:
    assert at_recall(ranking([0.9, 0.8, 0.7], [True] * 3, 3), 1 / 3 + 1e-12).confidence == 0.9


def test_equally_sure_predictions_come_and_go_together() -> None:
    confidence, precision, recall = curves(ranking([0.9, 0.5, 0.5, 0.5], [True, True, False, False], 2))
    assert confidence.tolist() == [0.9, 0.5]
    assert precision.tolist() == [1, 0.5] and recall.tolist() == [0.5, 1]


@pytest.mark.parametrize(
    "unknown", [ranking([], [], 3), ranking([0.9], [False], 0), ranking([0.9, 0.4], [False, False], 2)]
)
def test_a_class_of_which_nothing_is_known_operates_at_the_default(unknown: Ranking) -> None:
    assert best_f1(unknown).confidence == DEFAULT_CONFIDENCE
    point = at_recall(unknown, 0.5)
    assert point.confidence == DEFAULT_CONFIDENCE and not point.floor_reached


def test_each_class_has_its_own_confidence_and_what_it_promises_is_what_is_measured(crowd: Any) -> None:
    truth, predicted = crowd(images=60, truths=4, predictions=12, classes=2, seed=2)
    measured = Measured.of(truth, predicted, ("a", "b"), 60)
    points = operating_points(measured, {"b": 0.9})
    values = measured.values(confidences(points))
    for label, point in points.items():
        assert values[f"{label}/precision"] == pytest.approx(point.precision)
        assert values[f"{label}/recall"] == pytest.approx(point.recall)
    assert points["b"].recall >= 0.9 and points["b"].floor_reached
    # No other confidence has a better F1, and none higher has the recall.
    for sure in np.linspace(0.01, 0.99, 99):
        precision, recall = measured.rankings[0].precision_and_recall(sure)
        assert 2 * precision * recall <= points["a"].f1 * (precision + recall) + 1e-12
        if sure > points["b"].confidence:
            assert measured.rankings[1].precision_and_recall(sure)[1] < 0.9
