"""Calibration: a confidence of 0.8 is right eight times in ten, and the label stays."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.calibration import expected_calibration_error, reliability
from engine.evaluation.temperature import fit_temperature
from engine.tasks.text_classification.calibration import Calibration, fit_calibration, kind_for
from engine.tasks.text_classification.head import Matrix, Numbers, softmax

KINDS = ["temperature", pytest.param("isotonic", marks=pytest.mark.slow)]
"""The second takes scikit-learn."""


def overconfident(rows: int, factor: float, seed: int = 0) -> tuple[Matrix, Numbers]:
    """Scores `factor` times as large as they ought to be, and truths drawn from what they ought to be."""
    draws = np.random.default_rng(seed)
    honest = draws.normal(0, 1.5, (rows, 4))
    truth = np.array([draws.choice(4, p=shares) for shares in softmax(honest)])
    return honest * factor, truth


def error_of(calibration: Calibration, logits: Matrix, truth: Numbers) -> float:
    top = logits.argmax(1)
    confidence = calibration.probabilities(logits)[np.arange(len(top)), top]
    error = expected_calibration_error(reliability(confidence.tolist(), (top == truth).tolist()))
    assert error is not None
    return error


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_what_made_scores_too_large_or_too_small(factor: float) -> None:
    assert fit_temperature(*overconfident(4000, factor)) == pytest.approx(factor, rel=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_confidences_mean_what_they_say_on_rows_that_were_not_fitted_on(kind: str) -> None:
    calibration = fit_calibration(kind, *overconfident(3000, 4.0, seed=1))  # type: ignore[arg-type]
    held = overconfident(3000, 4.0, seed=2)
    assert error_of(Calibration(), *held) > 0.1
    assert error_of(calibration, *held) < 0.03


@pytest.mark.parametrize("kind", KINDS)
def test_probabilities_add_up_to_one(kind: str) -> None:
    logits, truth = overconfident(500, 20.0)
    logits[0] = [1000.0, 0.0, 0.0, 0.0]
    made = fit_calibration(kind, logits, truth).probabilities(logits)  # type: ignore[arg-type]
    assert np.allclose(made.sum(1), 1) and (made >= 0).all()


def test_a_few_rows_that_are_all_right_do_not_prove_certainty() -> None:
    logits, truth = np.eye(3)[[0, 1, 2]], np.array([0, 1, 2])
    assert softmax(logits / fit_temperature(logits, truth)).max() < 0.95


@pytest.mark.parametrize(
    ("wanted", "rows", "kind"),
    [
        ("auto", 999, "temperature"),
        ("auto", 1000, "isotonic"),
        ("temperature", 5000, "temperature"),
        ("isotonic", 50, "isotonic"),
        ("none", 5000, "none"),
    ],
)
def test_the_kind_follows_from_the_config_and_the_rows(wanted: str, rows: int, kind: str) -> None:
    assert kind_for(wanted, rows) == kind


def test_without_rows_nothing_is_calibrated() -> None:
    assert fit_calibration("temperature", np.zeros((0, 3)), np.zeros(0, dtype=np.int64)) == Calibration()
