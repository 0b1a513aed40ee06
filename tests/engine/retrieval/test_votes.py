"""Votes of neighbours, and how good a ranking is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.retrieval.neighbours import NONE, Neighbours
from engine.retrieval.votes import (
    RULES,
    UNKNOWN,
    accuracy,
    average_precisions,
    numbered,
    relevant_references,
    shares_by_label,
    vote,
    weights,
)


def found(similarities: list[float]) -> Neighbours:
    """One query, whose neighbours are the references in their order."""
    return Neighbours(np.arange(len(similarities))[None], np.array([similarities], np.float32))


def test_each_rule_weighs_as_it_says() -> None:
    four = found([0.9, 0.8, 0.7, 0.5])
    assert weights(four, "majority").tolist() == [[1, 1, 1, 1]]
    assert weights(four, "rank-weighted")[0] == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert weights(four, "distance-weighted")[0] == pytest.approx([1, 0.75, 0.5, 0], abs=1e-6)
    assert weights(found([0.4, 0.4]), "distance-weighted").tolist() == [[1, 1]], "all equally near"


def test_the_label_with_most_votes_wins_and_the_margin_is_to_the_next() -> None:
    votes = vote(found([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([4, 2, 2, 4, 2]))
    assert (votes.labels[0], votes.nexts[0]) == (2, 4)
    assert votes.shares[0] == pytest.approx(3 / 5)
    assert votes.margins[0] == pytest.approx(1 / 5)
    nearer = vote(found([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([4, 2, 2, 4, 2]), "rank-weighted")
    assert nearer.labels[0] == 4


def test_equal_votes_go_to_the_label_of_the_nearest() -> None:
    votes = vote(found([0.9, 0.8, 0.7, 0.6]), np.array([7, 3, 3, 7]))
    assert votes.labels[0] == 7
    assert votes.margins[0] == 0


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.sampled_from(RULES), st.integers(0, 3))
def test_shares_agree_with_the_votes_and_sum_to_one(labels: list[int], rule: str, missing: int) -> None:
    similarities = np.sort(np.random.default_rng(len(labels)).random(len(labels)))[::-1]
    neighbours = Neighbours(
        np.array([[*range(len(labels)), *[NONE] * missing]]),
        np.array([[*similarities, *[-np.inf] * missing]], np.float32),
    )
    votes = vote(neighbours, np.array(labels), rule)  # type: ignore[arg-type]
    (shares,) = shares_by_label(neighbours, np.array(labels), rule)  # type: ignore[arg-type]
    assert sum(shares.values()) == pytest.approx(1)
    first, *others = shares.items()
    assert first == (votes.labels[0], pytest.approx(votes.shares[0]))
    assert votes.margins[0] == pytest.approx(first[1] - (others[0][1] if others else 0), abs=1e-6)
    assert votes.nexts[0] == (others[0][0] if others else UNKNOWN)


def test_without_neighbours_there_is_no_answer() -> None:
    votes = vote(Neighbours(np.full((1, 3), NONE), np.full((1, 3), -np.inf, np.float32)), np.array([1, 2]))
    assert (votes.labels[0], votes.shares[0], votes.margins[0]) == (UNKNOWN, 0, 0)
    empty = vote(Neighbours(np.empty((2, 0), np.int64), np.empty((2, 0), np.float32)), np.array([1]))
    assert empty.labels.tolist() == [UNKNOWN, UNKNOWN]
    assert accuracy(empty, np.array([UNKNOWN, 0])) == 0, "an unknown label is never right"


def test_labels_that_have_no_name_are_unknown() -> None:
    names, numbers = numbered(["b", "a", "b"])
    assert (names, numbers.tolist()) == (["a", "b"], [1, 0, 1])
    assert numbered(["b", "c"], names)[1].tolist() == [1, UNKNOWN]


def test_average_precision_is_that_of_a_worked_example() -> None:
    labels = np.array([1, 0, 1, 1])
    # Hits at ranks 1 and 3 of 3; three could be found: (1 + 2/3) / 3.
    marks = average_precisions(found([0.9, 0.8, 0.7]), labels, np.array([1]), np.array([3]))
    assert marks[0] == pytest.approx((1 + 2 / 3) / 3)
    assert np.isnan(average_precisions(found([0.9]), labels, np.array([5]), np.array([0]))[0])


def test_references_of_the_own_group_are_none_that_could_be_found() -> None:
    labels, groups = np.array([0, 0, 0, 1]), np.array([5, 5, 6, 5])
    counts = relevant_references(
        labels, np.array([0, 1, UNKNOWN]), query_groups=np.array([5, NONE, 5]), reference_groups=groups
    )
    assert counts.tolist() == [1, 1, 0]
