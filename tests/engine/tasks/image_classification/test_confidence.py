"""Confidences: softmax at a fitted temperature, corrected where there are rows enough."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.evaluation.calibration import expected_calibration_error, reliability
from engine.linear_head import softmax
from engine.tasks.image_classification.confidence import Confidence, fit_confidence, top_odds

LOGITS = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 6)), elements=st.floats(-30, 30))


def timid(rows: int, labels: int = 24, seed: int = 0) -> tuple[Any, Any]:
    """Scores of a net that is right far more often than it says, as one with smoothed labels is."""
    draws = np.random.default_rng(seed)
    truth = draws.normal(0, 2.5, (rows, labels))
    classes = np.array([draws.choice(labels, p=share) for share in softmax(truth)])
    return truth / 4, classes


def error(confidence: Confidence, logits: Any, classes: Any) -> float:
    right = logits.argmax(axis=1) == classes
    return expected_calibration_error(reliability(confidence.probabilities(logits).tolist(), right.tolist())) or 0.0


@pytest.mark.parametrize("rows", [60, 600])
def test_a_timid_net_is_put_right_by_few_rows_and_by_many(rows: int) -> None:
    fitted = fit_confidence(*timid(rows))
    logits, classes = timid(3000, seed=1)
    assert fitted.rows == rows
    assert error(Confidence(), logits, classes) > 0.25
    assert error(fitted, logits, classes) < 0.08


def test_without_rows_it_is_the_softmax_as_it_is() -> None:
    made = fit_confidence(np.zeros((0, 3)), np.zeros(0, dtype=np.int64))
    assert (made.kind, made.temperature) == ("none", 1.0)
    assert made.probabilities(np.array([[2.0, 0.0, 0.0]])) == pytest.approx(softmax(np.array([[2.0, 0, 0]])).max())


@given(LOGITS)
def test_the_odds_of_the_likeliest_are_those_of_softmax(logits: Any) -> None:
    assert 1 / (1 + np.exp(-top_odds(logits))) == pytest.approx(softmax(logits).max(axis=1), abs=1e-9)
