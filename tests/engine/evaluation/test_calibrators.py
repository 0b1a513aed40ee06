"""From scores to probabilities of being right."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.calibration import expected_calibration_error, reliability
from engine.evaluation.calibrators import (
    ISOTONIC_FROM,
    KINDS,
    Calibrator,
    allowed,
    brier_score,
    choose,
    fit,
    folds,
    log_loss,
)
from engine.evaluation.logistic import sigmoid
from engine.linear_head import Matrix


def drawn(rows: int, *, slope: float = 1.0, shift: float = 0.0, seed: int = 0) -> tuple[Matrix, np.ndarray]:
    """Scores, and whether each is right: as likely as sigmoid(slope · score + shift) says."""
    source = np.random.default_rng(seed)
    scores = source.normal(size=rows) * 2
    return scores, source.random(rows) < sigmoid(slope * scores + shift)


def test_temperature_and_platt_find_what_the_truth_was_made_with() -> None:
    made = fit("temperature", *drawn(20_000, slope=0.4))
    assert made.slopes[0] == pytest.approx(0.4, abs=0.02)
    made = fit("platt", *drawn(20_000, slope=0.5, shift=-1))
    assert (made.slopes[0], made.intercept) == (pytest.approx(0.5, abs=0.03), pytest.approx(-1, abs=0.05))


def test_beta_finds_the_distortion_that_its_family_is_made_of() -> None:
    source = np.random.default_rng(1)
    told = source.random(40_000)
    truth = sigmoid(0.5 * np.log(told) - 2 * np.log1p(-told) + 0.3)
    made = fit("beta", np.log(told / (1 - told)), source.random(40_000) < truth)
    assert [*made.slopes, made.intercept] == pytest.approx([0.5, 2, 0.3], abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_too_sure_is_honest_afterwards(kind: str) -> None:
    shift = 0.0 if kind == "temperature" else 0.5  # a temperature cannot mend a shift
    made = fit(kind, *drawn(4000, slope=0.3, shift=shift))  # type: ignore[arg-type]
    scores, right = drawn(4000, slope=0.3, shift=shift, seed=2)
    before = expected_calibration_error(reliability(sigmoid(scores).tolist(), right.tolist()))
    after = expected_calibration_error(reliability(made.probabilities(scores).tolist(), right.tolist()))
    assert before is not None and after is not None
    assert before > 0.1
    assert after < 0.03


@given(
    st.lists(st.tuples(st.floats(-30, 30), st.booleans()), min_size=1, max_size=60),
    st.sampled_from(KINDS),
)
def test_any_rows_give_rising_probabilities_that_are_never_certain(rows: list[tuple[float, bool]], kind: str) -> None:
    scores, right = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    made = fit(kind, scores, right)  # type: ignore[arg-type]
    made.check()
    told = made.probabilities(np.linspace(-30, 30, 50))
    assert (np.diff(told) >= -1e-9).all()
    assert ((told >= 0) & (told <= 1)).all()
    assert np.isfinite(log_loss(made.probabilities(scores), right))


def test_all_right_is_no_proof_of_always_right() -> None:
    for kind in KINDS:
        assert fit(kind, np.ones(8) * 3, np.ones(8, bool)).probabilities(np.array([3.0]))[0] < 0.99


def test_rows_decide_what_is_allowed() -> None:
    assert allowed(99) == ["temperature"]
    assert allowed(100) == allowed(ISOTONIC_FROM - 1) == ["temperature", "platt", "beta"]
    assert allowed(ISOTONIC_FROM) == list(KINDS)


def test_the_choice_is_the_simplest_that_is_as_good() -> None:
    assert choose(*drawn(60)).calibrator.kind == "temperature"
    assert "suffice for temperature only" in choose(*drawn(60)).reason
    assert choose(*drawn(900, slope=0.5)).calibrator.kind == "temperature"
    assert choose(*drawn(900, slope=0.5, shift=2)).calibrator.kind == "platt"
    scores, _ = drawn(6000)
    steps = np.where(np.abs(scores) < 1, 0.5, np.where(scores > 0, 0.6, 0.1))
    choice = choose(scores, np.random.default_rng(5).random(6000) < steps)
    assert choice.calibrator.kind == "isotonic"
    assert [row[0] for row in choice.table().rows] == ["temperature", "platt", "beta", "→ isotonic"]


def test_a_group_lies_in_one_fold() -> None:
    groups = np.repeat(np.arange(11), 3)
    numbers = folds(33, groups=groups)
    assert all(len(set(numbers[groups == group].tolist())) == 1 for group in range(11))
    assert set(numbers.tolist()) == set(range(5))
    assert set(folds(3).tolist()) == {0, 1, 2}


def test_it_comes_back_from_json_and_what_is_none_is_refused() -> None:
    scores, right = drawn(300)
    for kind in KINDS:
        made = fit(kind, scores, right)
        read = msgspec.json.decode(msgspec.json.encode(made), type=Calibrator)
        assert (read.probabilities(scores) == made.probabilities(scores)).all()
    for broken in (
        Calibrator("beta", 3, [1.0]),
        Calibrator("isotonic", 3),
        Calibrator("isotonic", 2, [], 0, [2, 1], [0, 1]),
    ):
        with pytest.raises(ValueError):
            broken.check()


def test_scores_of_a_coin() -> None:
    half, right = np.full(4, 0.5), np.array([True, False, True, False])
    assert brier_score(half, right) == 0.25
    assert log_loss(half, right) == pytest.approx(np.log(2))
