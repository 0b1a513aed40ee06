"""Distances before training, the identities that are problems, and whether training is worthwhile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.pairs import unit
from engine.evaluation.separation import (
    Answer,
    closest_impostors,
    distances_table,
    separation,
    separation_tables,
    widest_identities,
    worthwhile,
)
from engine.evaluation.verification import verify

SETTINGS = st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(0, 1000))


def drawn(settings: tuple[int, int, int]) -> tuple[np.ndarray, list[int]]:
    count, pictures, seed = settings
    draws = np.random.default_rng(seed)
    return unit(draws.normal(size=(count * pictures, 3))), [at % count for at in range(count * pictures)]


@given(SETTINGS)
def test_the_closest_impostors_of_each_identity_are_those_of_comparing_all(settings: tuple[int, int, int]) -> None:
    vectors, identities = drawn(settings)
    distance = 1 - vectors @ vectors.T
    expected = {}
    for mine in set(identities):
        others = [
            (distance[a, b], identities[b])
            for a in range(len(identities))
            for b in range(len(identities))
            if identities[a] == mine != identities[b]
        ]
        if others:
            nearest, other = min(others)
            expected[frozenset((mine, other))] = nearest
    found = closest_impostors(vectors, identities, shown=100)
    assert {frozenset(one.identities): one.distance for one in found} == pytest.approx(expected)
    assert [one.distance for one in found] == sorted(one.distance for one in found)
    for one in found:
        assert tuple(identities[at] for at in one.pictures) == one.identities
        assert one.distance == pytest.approx(distance[one.pictures])


@given(SETTINGS)
def test_the_widest_identities_are_those_of_the_largest_mean_distance(settings: tuple[int, int, int]) -> None:
    vectors, identities = drawn(settings)
    distance = 1 - vectors @ vectors.T
    expected = {}
    for mine in set(identities):
        own = [at for at, identity in enumerate(identities) if identity == mine]
        if len(own) > 1:
            expected[mine] = np.mean([distance[a, b] for a in own for b in own if a != b])
    found = widest_identities(vectors, identities, shown=100)
    assert {one.identity: one.distance for one in found} == pytest.approx(expected)
    assert [one.distance for one in found] == sorted((one.distance for one in found), reverse=True)


def test_the_farthest_picture_of_an_identity_is_the_one_that_is_unlike_the_others() -> None:
    vectors = unit(np.array([[1, 0], [1, 0.1], [0, 1], [1, -0.1], [-1, 0]]))
    (wide,) = widest_identities(vectors, list("AAAAB"))
    assert (wide.identity, wide.pictures, wide.farthest) == ("A", 4, 2)


def test_only_some_of_very_many_pictures_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.evaluation.separation.MOST_COMPARED", 20)
    embeddings, identities = np.random.default_rng(0).normal(size=(60, 4)), [str(at % 12) for at in range(60)]
    found = separation(embeddings, identities, verify(embeddings, identities, resamples=2))
    assert found.compared == 20 and "among 20 pictures" in separation_tables(found)[1].note
    for one in found.closest:
        assert tuple(identities[at] for at in one.pictures) == one.identities


@pytest.mark.parametrize(
    ("auc", "interval", "overlap", "identities", "pictures", "answer", "why"),
    [
        (0.999, (0.997, 1.0), 0.02, 40, 400, "no", "one threshold already tells identities apart"),
        (0.999, (0.997, 1.0), 0.02, 4, 400, "unclear", "say little"),
        (0.999, (0.997, 1.0), 0.02, 40, 80, "unclear", "say little"),
        (0.85, (0.8, 0.9), 0.4, 40, 400, "yes", "run into each other"),
        (0.98, (0.96, 0.99), 0.08, 40, 400, "yes", "run into each other"),
        (0.51, (0.48, 0.54), 0.97, 40, 400, "unclear", "hardly see identities"),
        (0.993, (0.985, 0.998), 0.06, 40, 400, "unclear", "little is left to gain"),
        (0.85, None, 0.4, 40, 400, "yes", "AUC 0.850, overlap"),
        (None, None, None, 1, 1, "unclear", "no pairs"),
    ],
)
def test_whether_training_is_worthwhile(
    auc: float | None,
    interval: tuple[float, float] | None,
    overlap: float | None,
    identities: int,
    pictures: int,
    answer: Answer,
    why: str,
) -> None:
    found = worthwhile(auc=auc, interval=interval, overlap=overlap, identities=identities, pictures=pictures)
    assert found.answer == answer and why in found.sentence


def test_the_distances_of_each_kind_are_counted_in_equal_bins() -> None:
    draws = np.random.default_rng(0)
    identities = list(np.repeat(np.arange(10), 6))
    embeddings = draws.normal(size=(10, 8))[identities] + draws.normal(size=(60, 8)) * 0.5
    found = verify(embeddings, identities, resamples=2)
    table = distances_table(found.scores, found.pairs)
    assert table.figure == "histogram" and len(table.rows) == 40
    for column in (1, 2):
        assert sum(row[column] for row in table.rows) == pytest.approx(1)
    middles = np.array([row[0] for row in table.rows])
    assert np.allclose(np.diff(middles), middles[1] - middles[0])
    means = [sum(row[0] * row[column] for row in table.rows) for column in (1, 2)]
    parts = separation(embeddings, identities, found)
    assert parts.within is not None and parts.between is not None
    assert means == pytest.approx([parts.within.mean, parts.between.mean], abs=0.02)


def test_the_tables_name_pictures_and_a_split_without_pairs_has_empty_ones() -> None:
    embeddings, identities = np.eye(3), ["A", "B", "B"]
    found = separation(embeddings, identities, verify(embeddings, identities, resamples=2))
    _, closest, widest = separation_tables(found, ["a.png", "b1.png", "b2.png"])
    assert closest.rows[0][3:] == ["a.png", "b1.png"] and widest.rows[0][0] == "B"
    alone = separation(np.eye(1), ["A"], verify(np.eye(1), ["A"]))
    assert [table.rows for table in separation_tables(alone)] == [[], [], []]
    assert alone.worthwhile.answer == "unclear"
    bare = verify(np.eye(1), ["A"])
    assert distances_table(bare.scores, bare.pairs).rows == []
