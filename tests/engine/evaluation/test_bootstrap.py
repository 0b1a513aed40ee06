"""Intervals over documents."""

from __future__ import annotations

import numpy as np

from engine.evaluation.bootstrap import bootstrap_interval, bootstrap_intervals


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


def test_metrics_measured_together_get_the_intervals_they_get_alone() -> None:
    values = np.random.default_rng(0).normal(size=50)
    together = bootstrap_intervals(lambda at: {"mean": values[at].mean(), "max": values[at].max()}, 50)
    assert together["mean"] == bootstrap_interval(lambda at: float(values[at].mean()), 50)
    assert together["max"][1] == values.max()
    assert bootstrap_intervals(lambda at: {"mean": 0.0}, 1) == {}


def test_a_metric_that_a_resample_lacks_gets_the_interval_of_the_others() -> None:
    rare = bootstrap_intervals(lambda at: {"rare": 1.0} if 0 in at else {}, 20)
    assert rare == {"rare": (1.0, 1.0)}
