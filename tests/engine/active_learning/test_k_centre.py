import numpy as np
import pytest

from engine.active_learning.k_centre import distances_to_nearest, k_centre


def points(*xs: float) -> np.ndarray:
    return np.array([[x, 0.0] for x in xs], dtype=np.float32)


def test_each_choice_is_the_farthest_from_those_before() -> None:
    assert k_centre(points(0, 1, 2, 10, 6), 4).tolist() == [0, 3, 4, 2]


def test_it_keeps_away_from_what_is_labelled() -> None:
    assert k_centre(points(0, 1, 2, 10, 6), 2, centres=points(0, 10)).tolist() == [4, 2]


def test_nothing_is_chosen_twice_even_where_all_are_the_same() -> None:
    assert sorted(k_centre(points(3, 3, 3), 9).tolist()) == [0, 1, 2]


def test_none_wanted_or_none_there_gives_none() -> None:
    assert not len(k_centre(points(1, 2), 0))
    assert not len(k_centre(np.empty((0, 2), np.float32), 5))


def test_no_choice_of_as_many_covers_more_than_twice_as_well() -> None:
    draws = np.random.default_rng(0)
    vectors = draws.normal(size=(60, 3)).astype(np.float32)
    ours = distances_to_nearest(vectors, vectors[k_centre(vectors, 6)]).max()
    others = min(distances_to_nearest(vectors, vectors[draws.permutation(60)[:6]]).max() for _ in range(300))
    assert ours <= 2 * others


def test_distances_do_not_depend_on_the_block() -> None:
    vectors = np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)
    centres = vectors[:7] + 1
    expected = np.linalg.norm(vectors[:, None] - centres[None], axis=2).min(axis=1)
    for block in (1, 3, 100):
        assert distances_to_nearest(vectors, centres, block=block) == pytest.approx(expected, rel=1e-3)
