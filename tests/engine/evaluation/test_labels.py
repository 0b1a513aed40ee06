"""Metrics of labels: scikit-learn's figures, intervals over groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation.labels import confusion, intervals, label_metrics, scores

LABELS = ["a", "b", "c"]


@pytest.mark.slow
@settings(deadline=None)  # the first example imports scikit-learn
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_they_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    from sklearn.metrics import accuracy_score, f1_score

    truth, predicted = np.array(pairs).T
    values = scores(truth, predicted, 3)
    assert values.macro_f1 == pytest.approx(f1_score(truth, predicted, average="macro", zero_division=0))
    assert values.accuracy == pytest.approx(accuracy_score(truth, predicted))


def test_each_label_has_its_figures_by_name() -> None:
    metrics = label_metrics(np.array([0, 0, 1]), np.array([0, 1, 1]), LABELS)
    assert metrics["a/recall"] == 0.5 and metrics["b/precision"] == 0.5 and metrics["c/f1"] == 0


def test_texts_of_one_group_stand_or_fall_together() -> None:
    truth = np.tile([0, 1], 50)
    predicted = truth.copy()
    predicted[:20] = 1 - predicted[:20]
    alone = intervals(truth, predicted, LABELS, list(range(100)))["macro_f1"]
    together = intervals(truth, predicted, LABELS, [at // 20 for at in range(100)])["macro_f1"]
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_one_group_has_no_interval() -> None:
    assert intervals(np.array([0, 1]), np.array([0, 1]), LABELS, ["x", "x"]) == {}


def test_confusion_counts_truths_in_rows() -> None:
    assert confusion(np.array([0, 0, 2]), np.array([1, 0, 2]), 3).tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]
