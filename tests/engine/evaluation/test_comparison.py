"""Two models on the same rows: what makes rows hard for both cancels out."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.comparison import Difference, Metrics, Mode, beside, level_for, resample

ROWS = 200
EVERY = np.arange(ROWS)
DRAWS = np.random.default_rng(0)
HARD = DRAWS.normal(size=ROWS)
WEAK = HARD + DRAWS.normal(scale=0.1, size=ROWS)
STRONG = HARD + 0.1 + DRAWS.normal(scale=0.1, size=ROWS)


def mean(values: np.ndarray) -> Metrics:
    return lambda at: {"score": float(values[at].mean())}


def compared(
    first: np.ndarray,
    second: np.ndarray,
    *,
    rows: np.ndarray = EVERY,
    groups: list[int] | None = None,
    mode: Mode = "max",
    resamples: int = 2000,
) -> Difference:
    one, two = (resample(mean(side), rows, groups=groups, resamples=resamples) for side in (first, second))
    return beside(one, two, "score", mode=mode)


def test_a_small_gain_on_every_row_is_seen_though_rows_differ_much() -> None:
    """The rows' own spread is ten times the gain: two intervals side by side would overlap."""
    found = compared(WEAK, STRONG)
    assert found.verdict == "better" and found.interval is not None and found.better_in > 0.99
    assert found.interval[0] < found.difference < found.interval[1]
    expected = 1.96 * (STRONG - WEAK).std() / np.sqrt(ROWS)
    assert found.interval[1] - found.difference == pytest.approx(expected, rel=0.15)
    assert found.p_value == pytest.approx(2 / 2001)
    assert found.detectable == pytest.approx(expected / 1.96 * 2.80, rel=0.1)


def test_the_other_way_round_it_is_worse_and_of_a_low_metric_better() -> None:
    assert compared(STRONG, WEAK).verdict == "worse"
    assert compared(STRONG, WEAK, mode="min").verdict == "better"


@pytest.mark.slow
def test_an_interval_holds_the_truth_as_often_as_it_says_and_the_p_value_agrees_with_it() -> None:
    """Of twenty pairs of models without a difference about one may be called different."""
    wrong = 0
    for seed in range(100):
        draws = np.random.default_rng(seed)
        found = compared(HARD + draws.normal(size=ROWS), HARD + draws.normal(size=ROWS), resamples=400)
        wrong += found.verdict != "undecided"
        assert found.p_value is not None and (found.verdict == "undecided") == (found.p_value > 0.045)
    assert 1 <= wrong <= 10


def test_models_that_answer_alike_are_not_told_apart_and_nobody_knows_what_could_have_been_shown() -> None:
    found = compared(HARD, HARD)
    assert (found.verdict, found.p_value, found.detectable) == ("undecided", 1.0, None)


def test_rows_of_one_group_count_as_one() -> None:
    """Fifty copies of four rows know no more than the four."""
    groups = [at % 4 for at in range(ROWS)]
    better = HARD + np.array([0.5, 0.4, 0.6, -0.7])[groups]
    assert (compared(HARD, better).verdict, compared(HARD, better, groups=groups).verdict) == ("better", "undecided")


def test_a_metric_of_a_rare_class_is_judged_by_the_resamples_that_show_it() -> None:
    def metrics(values: np.ndarray) -> Metrics:
        return lambda at: {"score": float(values[at].mean()), **({"rare": float(values[0])} if 0 in at else {})}

    one, two = (resample(metrics(side), EVERY, resamples=200) for side in (WEAK, STRONG))
    found = beside(one, two, "rare")
    assert found.interval == (pytest.approx(STRONG[0] - WEAK[0]),) * 2
    one, two = (resample(metrics(side), EVERY[:9], resamples=200, groups=[0] * 9) for side in (WEAK, STRONG))
    assert beside(one, two, "rare").interval is None


def test_one_row_decides_nothing() -> None:
    found = compared(WEAK, STRONG, rows=EVERY[:1])
    assert (found.interval, found.p_value, found.verdict) == (None, None, "undecided")


def test_several_intervals_hold_together() -> None:
    assert level_for(1) == 0.95 and level_for(5) == pytest.approx(0.99)
