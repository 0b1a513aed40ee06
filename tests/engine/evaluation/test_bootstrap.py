"""Intervals over documents."""

from __future__ import annotations

import numpy as np

from engine.evaluation.bootstrap import bootstrap_interval


def test_the_interval_of_a_mean_is_that_of_the_central_limit() -> None:
    values = np.random.default_rng(0).normal(5, 2, 400)
    interval = bootstrap_interval(lambda documents: float(values[documents].mean()), 400)
    assert interval is not None
    error = 1.96 * values.std() / 20
    assert np.allclose(interval, (values.mean() - error, values.mean() + error), atol=0.05)


def test_it_is_the_same_each_time_and_absent_for_one_document() -> None:
    values = np.arange(10.0)
    first, second = (bootstrap_interval(lambda documents: float(values[documents].sum()), 10) for _ in range(2))
    assert first == second
    assert bootstrap_interval(lambda documents: 0.0, 1) is None
