"""The curve of scores of pairs, against counting one pair after the other."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.roc import Ranked, Roc, roc, roc_table

# Few different values: ties are what goes wrong.
SCORES = st.lists(st.integers(-6, 6).map(lambda number: number / 4), min_size=1, max_size=25)


def curve(genuine: list[float], impostor: list[float]) -> Roc:
    found = roc(genuine, impostor)
    assert found is not None
    return found


def rates(genuine: list[float], impostor: list[float], threshold: float) -> tuple[float, float]:
    """FAR and TAR by counting."""
    return (
        sum(score >= threshold for score in impostor) / len(impostor),
        sum(score >= threshold for score in genuine) / len(genuine),
    )


def thresholds(genuine: list[float], impostor: list[float]) -> list[float]:
    return [10.0, *sorted({*genuine, *impostor}, reverse=True)]


@given(SCORES, SCORES)
def test_the_area_is_how_often_a_genuine_pair_is_more_alike_and_ties_count_half(
    genuine: list[float], impostor: list[float]
) -> None:
    """Mann and Whitney's statistic, by every pair of pairs."""
    won = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a, b in product(genuine, impostor))
    assert curve(genuine, impostor).auc == pytest.approx(won / (len(genuine) * len(impostor)))


@given(SCORES, SCORES)
def test_the_curve_rises_from_nothing_to_everything_through_each_threshold(
    genuine: list[float], impostor: list[float]
) -> None:
    found = curve(genuine, impostor)
    assert (found.far[0], found.tar[0], found.far[-1], found.tar[-1]) == (0, 0, 1, 1)
    assert (np.diff(found.far) >= 0).all() and (np.diff(found.tar) >= 0).all()
    assert (np.diff(found.thresholds) < 0).all()
    points = zip(found.thresholds, found.far, found.tar, strict=True)
    assert all(rates(genuine, impostor, threshold) == (far, tar) for threshold, far, tar in points)


@given(SCORES, SCORES, st.sampled_from([0.0, 0.01, 0.1, 0.25, 0.5, 1.0]))
def test_true_accepts_at_a_rate_are_the_best_of_all_thresholds_that_keep_it(
    genuine: list[float], impostor: list[float], far: float
) -> None:
    tried = [rates(genuine, impostor, threshold) for threshold in thresholds(genuine, impostor)]
    found = curve(genuine, impostor)
    assert found.tar_at(far) == max(tar for at, tar in tried if at <= far)
    reached = rates(genuine, impostor, found.threshold_for(far))
    assert reached[0] <= far and reached[1] == found.tar_at(far)


@given(SCORES, SCORES)
def test_the_equal_error_rate_lies_between_the_thresholds_where_errors_cross(
    genuine: list[float], impostor: list[float]
) -> None:
    tried = [rates(genuine, impostor, threshold) for threshold in thresholds(genuine, impostor)]
    before = max((far, 1 - tar) for far, tar in tried if far < 1 - tar)
    after = next((far, 1 - tar) for far, tar in tried if far >= 1 - tar)
    eer = curve(genuine, impostor).eer
    assert before[0] - 1e-12 <= eer <= after[0] + 1e-12
    assert after[1] - 1e-12 <= eer <= before[1] + 1e-12


def test_the_equal_error_rate_of_scores_whose_errors_meet_is_exact() -> None:
    found = curve([0.9, 0.8, 0.7, 0.3], [0.6, 0.2, 0.1, 0.0])
    assert found.eer == 0.25 and found.overlap == 0.25


@given(SCORES, SCORES)
def test_overlap_is_the_least_sum_of_errors_of_any_threshold(genuine: list[float], impostor: list[float]) -> None:
    tried = [rates(genuine, impostor, threshold) for threshold in thresholds(genuine, impostor)]
    assert curve(genuine, impostor).overlap == pytest.approx(min(far + 1 - tar for far, tar in tried))


@given(SCORES, SCORES, st.randoms(use_true_random=False))
def test_nothing_changes_when_scores_are_stretched_or_come_in_another_order(
    genuine: list[float], impostor: list[float], random: object
) -> None:
    first = curve(genuine, impostor)
    shuffled = [sorted(genuine, key=lambda _: random.random()), sorted(impostor, key=lambda _: random.random())]  # type: ignore[attr-defined]
    second = curve(*[[np.exp(3 * score) - 7 for score in scores] for scores in shuffled])
    assert np.array_equal(first.far, second.far) and np.array_equal(first.tar, second.tar)
    assert (first.auc, first.eer, first.tar_at(0.1)) == (second.auc, second.eer, second.tar_at(0.1))


@given(SCORES, SCORES, st.integers(1, 3))
def test_a_pair_that_weighs_twice_is_as_two_pairs(genuine: list[float], impostor: list[float], times: int) -> None:
    scores = np.array([*genuine, *impostor])
    weights = np.ones(len(scores))
    weights[0] = times
    weighed = Ranked.of(scores, np.arange(len(scores)) < len(genuine)).curve(weights)
    repeated = curve([*genuine, *[genuine[0]] * (times - 1)], impostor)
    assert weighed is not None and weighed.auc == pytest.approx(repeated.auc)
    assert np.allclose(weighed.far, repeated.far) and np.allclose(weighed.tar, repeated.tar)


def test_without_one_kind_of_pair_there_is_no_curve_and_scores_must_be_finite() -> None:
    assert roc([], [0.1]) is None and roc([0.1], []) is None and roc([], []) is None
    with pytest.raises(ValueError, match="finite"):
        roc([float("nan")], [0.1])


def test_the_table_tells_no_rate_that_rests_on_fewer_than_ten_impostor_pairs() -> None:
    draws = np.random.default_rng(0)
    curves = {name: curve(list(draws.normal(1, 1, 50)), list(draws.normal(0, 1, count))) for name, count in SIZES}
    table = roc_table(curves)
    assert table.figure == "roc" and table.columns == ["FAR", "few", "many"]
    assert min(row[0] for row in table.rows if row[1] is not None) == 0.1
    assert min(row[0] for row in table.rows if row[2] is not None) == 0.01
    assert table.rows[-1] == [1.0, 1.0, 1.0]
    assert roc_table({}).rows == []


SIZES = (("few", 100), ("many", 1000))
