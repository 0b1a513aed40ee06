"""Which similarity, how many neighbours and which votes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.retrieval.optimisation import Embedded, Measured, choose, optimise, standard_error
from engine.retrieval.similarity import normalised


def drawn(count: int, seed: int, *, noise: float, telling: int = 4) -> Embedded:
    """Five classes differ in so many of 24 dimensions; `noise` is that of the others."""
    centres = np.random.default_rng(0).normal(size=(5, 24)) * (np.arange(24) < telling) * 2
    source = np.random.default_rng(seed)
    labels = source.integers(0, 5, count)
    spread = np.where(np.arange(24) < telling, 0.5, noise)
    vectors = centres[labels] + source.normal(size=(count, 24)) * spread
    return Embedded(normalised(vectors.astype(np.float32)), labels)


def measured(right: list[int], kind: str = "cosine", k: int = 5, rule: str = "majority") -> Measured:
    marks = np.array(right, float)
    return Measured(kind, k, rule, marks, marks)  # type: ignore[arg-type]


def test_a_better_similarity_wins_and_the_report_shows_before_and_after() -> None:
    references, validation = drawn(200, 1, noise=1.5), drawn(150, 2, noise=1.5)
    made = optimise(references, validation)
    assert made.method.similarity.kind in ("diagonal", "whitened", "whitened-cosine")
    assert made.winner.accuracy > made.before.accuracy + 0.1
    marks = [row[-1] for row in made.candidates_table().rows]
    assert marks.count("chosen") == marks.count("before") == 1
    table = made.classes_table(validation.labels, list("abcde"))
    assert [row[0] for row in table.rows] == list("abcde")
    assert sum(row[1] * row[3] for row in table.rows) / 150 == pytest.approx(made.winner.accuracy)


def test_what_is_no_better_than_chance_differences_does_not_beat_cosine() -> None:
    made = optimise(drawn(200, 1, noise=0, telling=24), drawn(150, 2, noise=0, telling=24))
    assert (made.method.similarity.kind, made.method.k, made.method.rule) == ("cosine", 5, "majority")
    assert "Nothing is better" in made.reason
    assert made.winner is made.before


def test_two_standard_errors_decide() -> None:
    before = measured([1] * 50 + [0] * 50)
    one_more = measured([1] * 51 + [0] * 49, "whitened")
    assert choose([before, one_more], before, None)[0] is before
    many_more = measured([1] * 60 + [0] * 40, "whitened")
    assert choose([before, many_more], before, None)[0] is many_more
    as_good_and_simpler = measured([1] * 60 + [0] * 40, "centred")
    assert choose([before, many_more, as_good_and_simpler], before, None)[0] is as_good_and_simpler


def test_a_group_counts_as_one_that_was_seen_often() -> None:
    differences = np.repeat(np.random.default_rng(0).normal(size=30), 4)
    alone = standard_error(differences, None)
    assert standard_error(differences, np.repeat(np.arange(30), 4)) == pytest.approx(2 * alone, rel=0.02)
    assert standard_error(differences, np.full(120, -1)) == pytest.approx(alone), "no group is no group"


def test_a_query_is_not_answered_by_its_own_sequence() -> None:
    references = drawn(60, 1, noise=3)
    groups = np.arange(60)
    twins = Embedded(references.vectors + 0.001, references.labels, groups)
    torn = optimise(references, twins, kinds=["cosine"], ks=[1], rules=["majority"])
    apart = optimise(
        Embedded(references.vectors, references.labels, groups), twins, kinds=["cosine"], ks=[1], rules=["majority"]
    )
    assert torn.winner.accuracy == 1
    assert apart.winner.accuracy < 0.8


def test_fewer_references_than_neighbours_are_enough() -> None:
    made = optimise(drawn(3, 1, noise=0.1), drawn(20, 2, noise=0.1))
    assert made.method.k <= 5
    with pytest.raises(ValueError, match="validation queries"):
        optimise(drawn(3, 1, noise=0.1), drawn(0, 2, noise=0.1))
