"""Tests of drift see what changed, and are as seldom wrong as they say. benchmarks/drift.py measures it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from engine.triggers.drift import Shift, classifier, mmd, psi

Test = Callable[..., Shift]


@pytest.mark.parametrize("test", [mmd, classifier])
def test_a_shift_is_seen_and_its_absence_is_not(test: Test) -> None:
    source = np.random.default_rng(1)
    before, same = source.normal(size=(200, 16)), source.normal(size=(150, 16))
    assert test(before, same).p > 0.01
    assert test(before, same + 0.4).p < 0.001


@pytest.mark.parametrize("test", [mmd, classifier])
def test_p_values_of_nothing_are_as_small_as_chance_makes_them(test: Test) -> None:
    source = np.random.default_rng(2)
    found = np.array([test(source.normal(size=(40, 4)), source.normal(size=(30, 4)), seed).p for seed in range(150)])
    # Of 150, 30 are expected below 0.2; more than 45 come once in a thousand times.
    assert (found <= 0.2).sum() <= 45
    assert (found <= 0.01).sum() <= 7


def test_a_change_of_spread_without_one_of_means_is_seen_by_the_discrepancy() -> None:
    source = np.random.default_rng(3)
    assert mmd(source.normal(size=(300, 8)), 1.6 * source.normal(size=(300, 8))).p < 0.001


def test_moved_confidences_are_told_from_the_luck_of_a_small_sample() -> None:
    source = np.random.default_rng(4)
    before = source.beta(8, 2, size=500)
    lucky = psi(before, source.beta(8, 2, size=25))
    moved = psi(before, source.beta(4, 3, size=200))
    assert lucky.value > 0.2  # what is customary would have called this a shift
    assert lucky.p > 0.01
    assert moved.value > 0.5
    assert moved.p < 0.001


@pytest.mark.parametrize("test", [mmd, classifier])
def test_inputs_without_any_difference_are_alike(test: Test) -> None:
    assert test(np.zeros((50, 3)), np.zeros((50, 3))).p == 1.0


def test_confidences_that_are_all_the_same_are_alike() -> None:
    assert psi(np.ones(50), np.ones(50)).p == 1.0


@pytest.mark.parametrize("test", [mmd, classifier])
def test_samples_of_other_dimensions_are_refused(test: Test) -> None:
    with pytest.raises(ValueError, match="cannot be tested"):
        test(np.zeros((50, 3)), np.zeros((50, 4)))


@pytest.mark.slow
@pytest.mark.parametrize("test", [mmd, classifier])
def test_many_wide_inputs_are_tested_in_a_second_or_so(test: Test) -> None:
    source = np.random.default_rng(5)
    before, now = source.normal(size=(20_000, 384)), source.normal(size=(20_000, 384)) + 0.1
    begun = time.process_time()
    assert test(before, now).p < 0.001
    assert time.process_time() - begun < 5
