from typing import get_args

import numpy as np
import pytest

from engine.active_learning.choice import Pool, at_most, choose, in_turn
from engine.active_learning.strategy import Strategy

NOTHING = np.empty((0, 2), dtype=np.float32)
DRAWS = np.random.default_rng(0)
VECTORS = DRAWS.normal(size=(200, 2)).astype(np.float32)
PROBABILITIES = DRAWS.dirichlet([0.5, 0.5, 0.5], size=200)
COMMITTEE = DRAWS.dirichlet([0.5, 0.5, 0.5], size=(3, 200))
POOL = Pool(VECTORS, PROBABILITIES, COMMITTEE)


@pytest.mark.parametrize("strategy", get_args(Strategy))
@pytest.mark.parametrize("pool", [POOL, Pool(VECTORS)], ids=["with a model", "before there is a model"])
def test_every_strategy_chooses_as_many_as_wanted_none_twice_and_the_same_by_the_same_seed(
    strategy: Strategy, pool: Pool
) -> None:
    chosen = choose(strategy, pool, 20, labelled=NOTHING, seed=4).tolist()
    assert len(set(chosen)) == 20
    assert chosen == choose(strategy, pool, 20, labelled=NOTHING, seed=4).tolist()


@pytest.mark.parametrize("strategy", get_args(Strategy))
def test_every_strategy_makes_do_with_a_pool_that_is_too_small_or_empty(strategy: Strategy) -> None:
    few = Pool(VECTORS[:3], PROBABILITIES[:3], COMMITTEE[:, :3])
    assert sorted(choose(strategy, few, 20, labelled=NOTHING).tolist()) == [0, 1, 2]
    assert not len(choose(strategy, Pool(NOTHING, PROBABILITIES[:0], COMMITTEE[:, :0]), 20, labelled=NOTHING))


def test_margin_takes_ties_and_uncertainty_takes_the_clueless() -> None:
    pool = Pool(VECTORS[:3], np.array([[0.5, 0.49, 0.01], [0.4, 0.3, 0.3], [0.9, 0.1, 0.0]]))
    assert choose("margin", pool, 1, labelled=NOTHING).tolist() == [0]
    assert choose("uncertainty", pool, 1, labelled=NOTHING).tolist() == [1]


def test_disagreement_asks_for_a_committee() -> None:
    with pytest.raises(ValueError, match="committee"):
        choose("disagreement", Pool(VECTORS, PROBABILITIES), 5, labelled=NOTHING)


def test_diverse_keeps_away_from_what_is_labelled() -> None:
    vectors = np.array([[0, 0], [1, 0], [9, 0]], dtype=np.float32)
    assert choose("diverse", Pool(vectors), 1, labelled=vectors[2:]).tolist() == [0]


def test_mixed_gives_a_rarely_predicted_class_its_share() -> None:
    # 190 examples are taken for the first class and unsure, 10 for the second and sure.
    probabilities = np.concatenate([np.tile([0.55, 0.45], (190, 1)), np.tile([0.2, 0.8], (10, 1))])
    vectors = np.concatenate([VECTORS[:190] * 0.1, VECTORS[190:] * 0.1 + 9])
    assert not (choose("margin", Pool(vectors, probabilities), 10, labelled=NOTHING) >= 190).any()
    assert (choose("mixed", Pool(vectors, probabilities), 10, labelled=NOTHING) >= 190).any()


def test_classes_take_turns_as_long_as_they_have_any() -> None:
    assert in_turn(np.array([4, 3, 2, 1, 0]), ["b", "a", "a", "a", "a"]).tolist() == [4, 0, 3, 2, 1]


def test_a_group_has_more_than_its_share_only_where_nothing_else_is_left() -> None:
    order, groups = np.array([0, 1, 2, 3, 4]), ["x", "x", "x", "y", "z"]
    assert at_most(order, groups, 3, 1).tolist() == [0, 3, 4]
    assert at_most(order, groups, 5, 1).tolist() == [0, 3, 4, 1, 2]
