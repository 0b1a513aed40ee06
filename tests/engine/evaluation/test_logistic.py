"""The logistic regression that calibrators are fitted with."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.logistic import fit_logistic, log_odds, sigmoid


@pytest.mark.slow
def test_it_finds_what_scikit_learn_finds() -> None:
    from sklearn.linear_model import LogisticRegression

    source = np.random.default_rng(0)
    features = source.normal(size=(300, 3)) * [1, 5, 0.2]
    right = source.random(300) < sigmoid(features @ [1.0, -0.3, 2.0] + 0.7)
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(features, right)
    ours = fit_logistic(features, right.astype(float), ridge=1.0)
    assert ours == pytest.approx([*theirs.coef_[0], theirs.intercept_[0]], abs=1e-4)


def test_targets_between_0_and_1_are_met_where_they_can_be() -> None:
    targets = np.array([0.2, 0.2, 0.9])
    made = fit_logistic(np.array([[0.0], [0.0], [1.0]]), targets)
    assert sigmoid(np.array([made[1], made[0] + made[1]])) == pytest.approx([0.2, 0.9], abs=1e-6)


def test_separated_and_repeated_features_end() -> None:
    feature = np.array([-1e4, -1.0, 1.0, 1e4])
    made = fit_logistic(np.column_stack([feature, feature]), np.array([0.0, 0, 1, 1]), ridge=1e-3)
    assert np.isfinite(made).all()
    assert (made[:2] > 0).all()


def test_log_odds_and_probabilities_are_each_other_s_inverse_without_overflow() -> None:
    assert sigmoid(log_odds(np.array([0.01, 0.5, 0.99]))) == pytest.approx([0.01, 0.5, 0.99])
    assert sigmoid(np.array([-1e6, 1e6])).tolist() == [0, 1]
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
