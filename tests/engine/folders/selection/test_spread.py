"""Who is chosen: creators and levels by turns, and as far apart as the diversity says."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.folders.selection.spread import spread_out
from engine.folders.selection.strata import seats

STRATA = st.dictionaries(st.tuples(st.sampled_from("abcdef"), st.integers(1, 4)), st.integers(1, 40), min_size=1)


@settings(max_examples=60, deadline=None)
@given(STRATA, st.integers(1, 60))
def test_no_creator_has_two_seats_more_than_another_that_has_folders_left(
    available: dict[tuple[str, int], int], count: int
) -> None:
    given_seats = seats(available, count, Random(1))
    assert len(given_seats) == min(count, sum(available.values()))
    assert all(had <= available[stratum] for stratum, had in Counter(given_seats).items())
    had = Counter(creator for creator, _ in given_seats)
    for creator in {creator for creator, _ in available}:
        folders = sum(number for (name, _), number in available.items() if name == creator)
        if had[creator] < folders:
            assert had[creator] >= max(had.values()) - 1


def test_who_was_labelled_before_waits() -> None:
    available = {("a", 1): 5, ("b", 1): 5}
    assert seats(available, 3, Random(1), taken={("a", 1): 3}) == [("b", 1)] * 3
    assert seats(available, 6, Random(1)) == seats(available, 6, Random(1))


def test_levels_with_few_folders_get_more_than_their_part_and_not_all() -> None:
    had = Counter(depth for _, depth in seats({("a", 1): 100, ("a", 2): 10_000, ("a", 3): 1}, 100, Random(1)))
    assert 8 <= had[1] <= 11 and had[2] >= 88  # 1 and 99 in proportion


def circle(points: int) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def cover(vectors: np.ndarray, chosen: list[int]) -> float:
    """The greatest distance of a vector to the nearest one chosen."""
    return float(np.sqrt(((vectors[:, None] - vectors[chosen][None]) ** 2).sum(2)).min(1).max())


def test_farthest_first_covers_more_than_chance() -> None:
    vectors = circle(400)
    turns = [("a", 1)] * 12
    found = {
        share: cover(vectors, spread_out([("a", 1)] * 400, turns, share, Random(3), vectors=vectors))
        for share in (0.0, 0.5, 1.0)
    }
    # 12 points of a circle, farthest first: neighbours are at most an eighth apart (Gonzalez 1985: twice the best).
    assert found[1.0] <= 2 * np.sin(np.pi / 16) + 0.02 and found[1.0] < found[0.5] < found[0.0]


def test_what_is_labelled_already_is_kept_away_from() -> None:
    vectors = circle(360)
    chosen = spread_out([("a", 1)] * 360, [("a", 1)], 1.0, Random(1), vectors=vectors, centres=vectors[:1])
    assert chosen == [180]


@pytest.mark.parametrize("diversity", [0.0, 0.7, 1.0])
def test_no_creator_and_no_level_has_more_than_its_seats(diversity: float) -> None:
    random = np.random.default_rng(1)
    strata = [("huge" if at % 10 else f"c{at % 7}", 1 + at % 3) for at in range(300)]
    vectors = random.normal(size=(300, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    turns = seats(Counter(strata), 40, Random(2))
    chosen = spread_out(strata, turns, diversity, Random(2), vectors=vectors)
    assert len(set(chosen)) == 40
    of_creator, at_depth = (Counter(strata[at][part] for at in chosen) for part in (0, 1))
    assert of_creator == Counter(creator for creator, _ in turns)
    # A creator whose last seat is at a level that is full takes one of another level.
    assert all(abs(at_depth[depth] - count) <= 1 for depth, count in Counter(depth for _, depth in turns).items())


def test_the_first_of_the_chosen_are_spread_as_the_whole() -> None:
    vectors, strata = circle(400), [(f"c{at % 4}", 1) for at in range(400)]
    turns = seats(Counter(strata), 100, Random(5))
    chosen = spread_out(strata, turns, 0.7, Random(5), vectors=vectors)
    assert cover(vectors, chosen[:20]) < 0.5
    assert all(4 <= count <= 15 for count in Counter(strata[at][0] for at in chosen[:40]).values())
