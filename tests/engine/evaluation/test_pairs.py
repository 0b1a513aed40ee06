"""Pairs of pictures, and what a resample of subjects makes of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.pairs import cosine_similarities, drawn_weights, pairs_of, unit

IDENTITIES = st.lists(st.sampled_from("ABCD"), max_size=14)


def as_sets(identities: list[str], **options: int) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    pairs = pairs_of(identities, **options)
    both = [frozenset((int(a), int(b))) for a, b in zip(pairs.first, pairs.second, strict=True)]
    cut = pairs.genuine_count
    assert pairs.genuine[:cut].all() and not pairs.genuine[cut:].any()
    return both[:cut], both[cut:]


@given(IDENTITIES)
def test_every_two_pictures_are_one_pair_of_the_right_kind(identities: list[str]) -> None:
    genuine, impostor = as_sets(identities)
    every = list(combinations(range(len(identities)), 2))
    assert sorted(map(sorted, genuine)) == [[a, b] for a, b in every if identities[a] == identities[b]]
    assert sorted(map(sorted, impostor)) == [[a, b] for a, b in every if identities[a] != identities[b]]


@given(IDENTITIES, st.integers(1, 5))
def test_a_sample_has_each_pair_once_and_says_what_it_was_drawn_from(identities: list[str], most: int) -> None:
    all_genuine, all_impostor = as_sets(identities)
    genuine, impostor = as_sets(identities, most=most)
    for part, whole in ((genuine, all_genuine), (impostor, all_impostor)):
        assert len(part) == len(set(part)) == min(most, len(whole)) and set(part) <= set(whole)
    found = pairs_of(identities, most=most)
    assert (found.genuine_in_all, found.impostor_in_all) == (len(all_genuine), len(all_impostor))


def test_a_sample_is_the_same_for_a_seed_and_another_for_another() -> None:
    identities = [str(at % 7) for at in range(60)]
    assert as_sets(identities, most=20) == as_sets(identities, most=20)
    assert as_sets(identities, most=20) != as_sets(identities, most=20, seed=1)


def test_pairs_of_very_many_pictures_are_drawn_without_listing_them() -> None:
    pairs = pairs_of(np.arange(60_000) // 20, most=1000)
    assert pairs.impostor_in_all == 60_000 * 59_980 // 2 and pairs.impostor_count == 1000
    assert (
        pairs.sentence == "1,000 genuine pairs drawn from 570,000 and 1,000 impostor pairs drawn from 1,799,400,000"
    )
    kinds = pairs.first // 20 == pairs.second // 20
    assert np.array_equal(kinds, pairs.genuine)


def test_similarity_is_the_cosine_and_zeros_are_like_nothing() -> None:
    pairs = pairs_of(["A", "A", "B", "B"])
    alike = cosine_similarities(np.array([[2, 0], [3, 3], [0, 0], [-1, 0]], dtype=np.float32), pairs)
    found = dict(zip(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), alike, strict=True))
    assert found == pytest.approx(
        {(0, 1): 0.5**0.5, (2, 3): 0, (0, 2): 0, (1, 2): 0, (0, 3): -1, (1, 3): -(0.5**0.5)}
    )


def test_embeddings_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        unit(np.array([[np.nan, 1.0]]))
    with pytest.raises(ValueError, match="dimensions"):
        unit(np.array([1.0]))


def test_pairs_of_subjects_that_are_drawn_twice_count_for_each_copy() -> None:
    """Drawn: A twice, C once. Pairs of A and C are there twice, those inside A once per copy, and B is gone."""
    first, second = np.array([0, 0, 0, 1, 2]), np.array([0, 2, 1, 2, 2])
    weights = drawn_weights(np.array([0, 2, 0]), first, second, 3)
    assert weights.tolist() == [2, 2, 0, 0, 1]
