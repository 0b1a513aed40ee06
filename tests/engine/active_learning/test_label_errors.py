import numpy as np
import pytest

from engine.active_learning.head import out_of_fold
from engine.active_learning.label_errors import agreement, confident_joint, label_errors, label_errors_table

PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.55, 0.45]])
LABELS = np.array([0, 0, 0, 1, 1])


def test_a_label_that_surely_looks_like_another_class_is_found() -> None:
    (error,) = label_errors(PROBABILITIES, LABELS)
    assert (error.at, error.given, error.likely) == (2, 0, 1)
    assert error.margin == pytest.approx(0.8)


def test_a_class_is_surely_meant_from_its_own_mean_probability_on() -> None:
    # The last one leans to class 0, but less than what is labelled 0 does on average (0.6).
    assert confident_joint(PROBABILITIES, LABELS).tolist() == [[2, 1], [0, 1]]


def test_a_class_without_a_label_accuses_nobody() -> None:
    assert label_errors(np.array([[0.1, 0.9], [0.2, 0.8]]), np.array([0, 0])) == []


def test_no_labels_have_no_errors() -> None:
    assert label_errors(np.empty((0, 3)), np.empty(0, dtype=np.int64)) == []


def test_labels_turned_round_are_found_again() -> None:
    draws = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 60)
    vectors = (draws.normal(scale=0.2, size=(180, 3)) + np.eye(3)[truth]).astype(np.float32)
    labels, turned = truth.copy(), draws.choice(180, 9, replace=False)
    labels[turned] = (labels[turned] + 1) % 3
    found = [error.at for error in label_errors(out_of_fold(vectors, labels, 3, regularization=10), labels)]
    assert set(found) <= set(turned.tolist())
    assert len(found) >= 6


def test_the_table_shows_text_label_and_what_it_looks_like() -> None:
    table = label_errors_table(label_errors(PROBABILITIES, LABELS), ["cat", "dog"], list("abcde"), 0.6)
    assert table.rows == [["c", "cat", "dog", pytest.approx(0.1), pytest.approx(0.9)]]
    assert table.note.startswith("1 of 5 labels")
    assert "60%" in table.note


def test_a_label_that_the_models_never_saw_is_not_judged() -> None:
    assert label_errors(np.array([[0.9, 0.1, 0.0], [0.9, 0.1, 0.0]]), np.array([0, 2])) == []


def test_agreement_is_the_part_of_labels_that_the_models_give_too() -> None:
    assert agreement(PROBABILITIES, LABELS) == pytest.approx(3 / 5)
