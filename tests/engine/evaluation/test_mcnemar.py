"""Whether one classifier is right more often than another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from engine.evaluation.detectable import detectable_from_discordance, detectable_from_spread, fewest_discordant
from engine.evaluation.mcnemar import (
    CORRECTED,
    EXACT,
    OVER_GROUPS,
    compare_rows,
    corrected_p_value,
    exact_p_value,
    permutation_p_value,
)

COUNTS = st.integers(0, 60)


@given(COUNTS, COUNTS)
def test_the_exact_p_value_is_that_of_scipy(fixed: int, broken: int) -> None:
    expected = binomtest(fixed, fixed + broken, 0.5).pvalue if fixed + broken else 1.0
    assert exact_p_value(fixed, broken) == pytest.approx(expected)


@given(COUNTS, COUNTS)
def test_the_corrected_p_value_is_that_of_scipy(fixed: int, broken: int) -> None:
    of = fixed + broken
    expected = chi2.sf(max(0, abs(fixed - broken) - 1) ** 2 / of, 1) if of else 1.0
    assert corrected_p_value(fixed, broken) == pytest.approx(expected)


@given(st.lists(st.integers(-4, 4), max_size=9))
@settings(max_examples=50)
def test_the_permutation_over_groups_is_that_of_trying_all_signs(sums: list[int]) -> None:
    every = [abs(np.dot(signs, sums)) for signs in itertools.product((1, -1), repeat=len(sums))]
    expected = np.mean([value >= abs(sum(sums)) for value in every])
    assert permutation_p_value(np.array(sums, dtype=np.int64)) == pytest.approx(expected)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_groups_of_one_row_give_the_exact_test(rows: list[tuple[bool, bool]]) -> None:
    first, second = np.array(rows).T
    found = compare_rows(first, second, groups=list(range(len(rows))))
    assert found.test == OVER_GROUPS
    assert found.p_value == pytest.approx(exact_p_value(found.fixed, found.broken))


def sides(fixed: int, broken: int, same: int) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([False] * fixed + [True] * broken + [True] * same),
        np.array([True] * fixed + [False] * broken + [True] * same),
    )


def test_below_25_discordant_rows_the_test_is_exact() -> None:
    found = compare_rows(*sides(20, 4, 76))
    assert (found.test, found.fixed, found.broken, found.rows) == (EXACT, 20, 4, 100)
    assert compare_rows(*sides(20, 5, 75)).test == CORRECTED


def test_rows_that_fall_together_prove_less() -> None:
    """Twelve rows fixed, all of them of two videos."""
    first, second = sides(12, 0, 88)
    assert compare_rows(first, second).p_value < 0.001
    assert compare_rows(first, second, groups=[at // 6 for at in range(100)]).p_value == 0.5


def test_models_that_are_right_on_the_same_rows_are_not_told_apart() -> None:
    found = compare_rows(*sides(0, 0, 50))
    assert found.p_value == 1.0 and found.detectable == pytest.approx(6 / 50)
    assert compare_rows(*sides(0, 0, 50), groups=[0] * 50).p_value == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "share"), [(200, 0.2), (1000, 0.1)])
def test_a_difference_that_rows_could_have_shown_is_seen_four_times_in_five(rows: int, share: float) -> None:
    shown = detectable_from_discordance(round(share * rows), rows)
    assert shown is not None
    fixed, broken = (share + shown) / 2, (share - shown) / 2
    draws = np.random.default_rng(1).multinomial(rows, [fixed, broken, 1 - share], size=2000)
    seen = np.mean([corrected_p_value(one, two) <= 0.05 for one, two, _ in draws.tolist()])
    assert 0.72 <= seen <= 0.84


def test_too_few_rows_could_have_shown_nothing() -> None:
    assert fewest_discordant() == 6 and exact_p_value(6, 0) < 0.05 < exact_p_value(5, 0)
    assert detectable_from_discordance(2, 5) is None
    assert detectable_from_discordance(0, 6) == 1.0
    assert detectable_from_spread(0.0) is None
    assert detectable_from_spread(0.01) == pytest.approx(0.028, abs=1e-4)
