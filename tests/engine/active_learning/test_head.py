import numpy as np
import pytest

from engine.active_learning.head import Head, committee, fold_of_each, out_of_fold

DRAWS = np.random.default_rng(0)
TRUTH = np.repeat([0, 1, 3], 30)
VECTORS = (DRAWS.normal(scale=0.2, size=(90, 4)) + np.eye(4)[TRUTH]).astype(np.float32)


@pytest.mark.parametrize("classes", [[0, 1], [0, 1, 3]])
def test_probabilities_are_those_of_scikit_learn(classes: list[int]) -> None:
    from sklearn.linear_model import LogisticRegression

    here = np.isin(TRUTH, classes)
    head = Head(VECTORS[here], TRUTH[here], 4)
    peer = LogisticRegression(class_weight="balanced", tol=1e-3, max_iter=1000).fit(VECTORS[here], TRUTH[here])
    assert head.probabilities(VECTORS)[:, classes] == pytest.approx(peer.predict_proba(VECTORS), abs=1e-6)


def test_a_class_that_was_never_seen_is_never_predicted() -> None:
    probabilities = Head(VECTORS, TRUTH, 4).probabilities(VECTORS)
    assert probabilities.shape == (90, 4)
    assert not probabilities[:, 2].any()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(90))


def test_one_class_alone_is_all_that_it_knows() -> None:
    head = Head(VECTORS[:5], np.full(5, 2), 4)
    assert head.predict(VECTORS).tolist() == [2] * 90


def test_members_of_a_committee_know_every_class_and_differ() -> None:
    labels = np.array([0, 0, 0, 0, 1, 3])
    said = committee(VECTORS[[0, 1, 2, 3, 40, 80]], labels, VECTORS, 4, members=3)
    assert said.shape == (3, 90, 4)
    assert (said[:, :, [0, 1, 3]] > 0).all()
    assert np.abs(said[0] - said[1]).max() > 0.01


def test_out_of_fold_probabilities_come_from_heads_that_did_not_see_the_example() -> None:
    lone = np.append(TRUTH[1:], 2)  # the only one of class 2
    assert (out_of_fold(VECTORS, TRUTH, 4).argmax(axis=1) == TRUTH).mean() > 0.9
    assert out_of_fold(VECTORS, lone, 4)[-1, 2] == 0


def test_folds_are_even_and_spread_every_class() -> None:
    fold = fold_of_each(TRUTH, folds=5, seed=0)
    assert [np.bincount(fold[number == TRUTH]).tolist() for number in (0, 1, 3)] == [[6] * 5] * 3


def test_two_folds_are_the_fewest() -> None:
    assert len(set(fold_of_each(TRUTH, folds=1, seed=0).tolist())) == 2
