import numpy as np
import pytest

from engine.active_learning.rounds import Labelled, Proposing, propose, verdict

DRAWS = np.random.default_rng(0)
TRUTH = DRAWS.integers(3, size=600)
VECTORS = (DRAWS.normal(scale=0.25, size=(600, 3)) + np.eye(3)[TRUTH]).astype(np.float32)
POOL = VECTORS[300:]


def labelled(count: int) -> Labelled:
    return Labelled(VECTORS[:count], TRUTH[:count], 3)


@pytest.mark.parametrize("strategy", ["random", "uncertainty", "margin", "disagreement", "diverse", "mixed"])
def test_a_round_proposes_and_says_what_the_head_takes_them_for(strategy: str) -> None:
    made = propose(labelled(60), POOL, Proposing(strategy, 10))
    assert len(set(made.positions.tolist())) == 10
    assert made.probabilities is not None
    assert made.probabilities.shape == (10, 3)


@pytest.mark.parametrize("strategy", ["margin", "disagreement", "mixed"])
def test_before_two_classes_have_a_label_there_is_a_proposal_without_a_model(strategy: str) -> None:
    for known in (Labelled(VECTORS[:0], TRUTH[:0], 0), Labelled(VECTORS[:4], np.zeros(4, np.int64), 3)):
        made = propose(known, POOL, Proposing(strategy, 10))
        assert len(set(made.positions.tolist())) == 10
        assert made.probabilities is None
        assert not verdict(known, POOL, Proposing(strategy, 10)).stop


def test_margin_proposes_what_the_head_is_least_sure_of() -> None:
    made = propose(labelled(60), POOL, Proposing("margin", 10))
    everything = propose(labelled(60), POOL, Proposing("margin", len(POOL)))
    assert made.probabilities is not None and everything.probabilities is not None
    assert made.probabilities.max(axis=1).mean() < 0.8 * everything.probabilities.max(axis=1).mean()


def test_no_group_has_more_than_its_share_of_a_proposal() -> None:
    groups = ["huge"] * 200 + [f"small {number}" for number in range(100)]
    made = propose(labelled(60), POOL, Proposing("random", 20, share=0.25), groups=groups)
    assert sum(groups[at] == "huge" for at in made.positions) <= 5


def test_many_labels_of_an_easy_problem_are_enough_and_few_of_a_hard_one_are_not() -> None:
    assert verdict(labelled(300), POOL, Proposing("margin", 20)).stop
    noise = Labelled(VECTORS[:80], DRAWS.integers(3, size=80), 3)
    told = verdict(noise, POOL, Proposing("margin", 20))
    assert not told.stop
    assert len(told.kappas) == 3
