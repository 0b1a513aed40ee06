"""Correlations and calibration."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.tasks.sentence_similarity.metrics import calibration_bins, pair_metrics, pearson, ranks, spearman


def test_equal_values_share_their_mean_rank() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [2.5, 0.0, 2.5, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_correlations_equal_those_of_scipy_with_and_without_ties(decimals: int) -> None:
    from scipy import stats  # heavy, and of no use to other tests

    draws = np.random.default_rng(decimals)
    x, noise = draws.normal(size=50), draws.normal(size=50)
    x, y = x.round(decimals), (x + noise).round(decimals)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic)


def test_a_side_that_never_varies_has_no_correlation() -> None:
    assert math.isnan(pearson(np.ones(4), np.arange(4.0)))
    assert math.isnan(spearman(np.arange(4.0), np.ones(4)))
    assert math.isnan(pearson(np.ones(1), np.ones(1)))


def test_the_headline_is_spearmans() -> None:
    values = pair_metrics(np.array([0.1, 0.2, 0.9]), np.array([0.0, 0.9, 1.0]))
    assert values["correlation"] == values["spearman"] == 1.0
    assert values["pearson"] < 1.0
    assert values["mae"] == pytest.approx(0.3)


def test_calibration_puts_each_pair_into_one_bin() -> None:
    bins = calibration_bins(np.array([-0.5, 0.05, 0.55, 1.0]), np.array([0.0, 0.1, 0.6, 1.0]))
    assert [(part.low, part.count) for part in bins] == [(0.0, 2), (0.5, 1), (0.9, 1)]
    assert bins[0].score == pytest.approx(0.05)
