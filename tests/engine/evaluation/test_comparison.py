"""Two models on the same rows: what makes rows hard for both cancels out."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.comparison import Score, compare_scores, level_for

ROWS = 200
DRAWS = np.random.default_rng(0)
HARD = DRAWS.normal(size=ROWS)


def mean(values: np.ndarray) -> Score:
    return lambda at: float(values[at].mean())


WEAK = HARD + DRAWS.normal(scale=0.1, size=ROWS)
STRONG = HARD + 0.1 + DRAWS.normal(scale=0.1, size=ROWS)


def test_a_small_gain_on_every_row_is_seen_though_rows_differ_much() -> None:
    """The rows' own spread is ten times the gain: two intervals side by side would overlap."""
    found = compare_scores(("A", mean(WEAK)), ("B", mean(STRONG)), ROWS, metric="score")
    assert found.verdict == "better" and found.interval is not None and found.better_in > 0.99
    assert found.interval[0] < found.difference < found.interval[1]
    expected = 1.96 * (STRONG - WEAK).std() / np.sqrt(ROWS)
    assert found.interval[1] - found.difference == pytest.approx(expected, rel=0.15)
    assert found.sentence.startswith("B is better than A: score ")


def test_the_other_way_round_it_is_worse_and_of_a_low_metric_better() -> None:
    assert compare_scores(("B", mean(STRONG)), ("A", mean(WEAK)), ROWS, metric="score").verdict == "worse"
    assert compare_scores(("B", mean(STRONG)), ("A", mean(WEAK)), ROWS, metric="loss", mode="min").verdict == "better"


@pytest.mark.slow
def test_chance_alone_is_told_as_such() -> None:
    """Of twenty pairs of models without a difference about one may be called different."""
    wrong = 0
    for seed in range(40):
        draws = np.random.default_rng(seed)
        a, b = HARD + draws.normal(size=ROWS), HARD + draws.normal(size=ROWS)
        found = compare_scores(("A", mean(a)), ("B", mean(b)), ROWS, metric="score", resamples=300)
        wrong += found.verdict != "undecided"
    assert wrong <= 6
    assert "do not tell" in compare_scores(("A", mean(HARD)), ("B", mean(HARD)), ROWS, metric="score").sentence


def test_rows_of_one_group_count_as_one() -> None:
    """Fifty copies of four rows know no more than the four."""
    groups = [at % 4 for at in range(ROWS)]
    gain = np.array([0.5, 0.4, 0.6, -0.7])[groups]
    alone = compare_scores(("A", mean(HARD)), ("B", mean(HARD + gain)), ROWS, metric="score")
    grouped = compare_scores(("A", mean(HARD)), ("B", mean(HARD + gain)), ROWS, metric="score", groups=groups)
    assert (alone.verdict, grouped.verdict) == ("better", "undecided")


def test_one_row_decides_nothing() -> None:
    found = compare_scores(("A", mean(WEAK)), ("B", mean(STRONG)), 1, metric="score")
    assert found.interval is None and found.verdict == "undecided" and "Too few rows" in found.sentence


def test_several_intervals_hold_together() -> None:
    assert level_for(1) == 0.95 and level_for(5) == pytest.approx(0.99)
