"""Exact nearest neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.retrieval import neighbours as module
from engine.retrieval.neighbours import NONE, grouped, nearest, nearest_to_each_other
from engine.retrieval.similarity import Similarity


@settings(max_examples=30)
@given(
    st.integers(1, 20), st.integers(1, 60), st.integers(1, 12), st.sampled_from(["cosine", "l2", "ip"]), st.booleans()
)
def test_they_are_those_of_sorting_everything(queries: int, references: int, k: int, kind: str, coarse: bool) -> None:
    source = np.random.default_rng(queries * 100 + references)
    asked, held = (source.normal(size=(count, 3)).astype(np.float32) for count in (queries, references))
    if coarse:  # many are equally near
        asked, held = np.round(asked), np.round(held)
    similarity = Similarity(kind)  # type: ignore[arg-type]
    found = nearest(asked, held, k, similarity=similarity)
    one_by_one = np.array([[similarity.similarities(q[None], r[None])[0, 0] for r in held] for q in asked])
    kept = min(k, references)
    wanted = np.sort(one_by_one, axis=1)[:, ::-1][:, :kept]
    assert np.allclose(found.similarities[:, :kept], wanted, atol=2e-4)
    assert (found.positions[:, kept:] == NONE).all()
    assert np.isneginf(found.similarities[:, kept:]).all()
    assert all(len(set(row[:kept])) == kept for row in found.positions.tolist())


def test_equals_come_in_the_order_of_the_references_however_many_they_are() -> None:
    held = np.tile(np.random.default_rng(0).normal(size=(2, 33)).astype(np.float32), (200, 1))
    for kind in ("cosine", "l2", "ip"):
        found = nearest(held[:2], held, 30, similarity=Similarity(kind))  # type: ignore[arg-type]
        if kind != "ip":
            assert found.positions.tolist() == [list(range(0, 60, 2)), list(range(1, 60, 2))]
        assert all(row == sorted(row) for row in found.positions.tolist())


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(1).normal(size=(100, 8)).astype(np.float32)
    whole = nearest(vectors, vectors, 5)
    monkeypatch.setattr(module, "CELLS", 700)
    parts = nearest(vectors, vectors, 5)
    assert (whole.positions == parts.positions).all()
    assert (whole.similarities == parts.similarities).all()


def test_a_query_never_finds_its_own_group_and_none_stands_where_no_other_is_left() -> None:
    vectors = np.eye(4, dtype=np.float32) + 0.1
    queries, references = grouped(["flight", None, "new"], ["flight", "flight", None, "flight"])
    found = nearest(vectors[:3], vectors, 3, query_groups=queries, reference_groups=references)
    assert found.positions[0].tolist() == [2, NONE, NONE]
    assert found.positions[1, 0] == 1, "what has no group may find all"
    assert found.positions[2, 0] == 2


def test_among_each_other_none_is_its_own_neighbour() -> None:
    vectors = np.random.default_rng(2).normal(size=(20, 4)).astype(np.float32)
    found = nearest_to_each_other(vectors, 19)
    assert all(sorted([*row, own]) == list(range(20)) for own, row in enumerate(found.positions.tolist()))
    halves = nearest_to_each_other(vectors, 19, groups=np.array([0] * 10 + [NONE] * 10))
    assert (halves.positions[:10, :10] >= 10).all()
    assert (halves.positions[:10, 10:] == NONE).all()
    assert (halves.positions[10:, :19] != NONE).all()


def test_without_references_there_are_no_neighbours() -> None:
    found = nearest(np.ones((2, 4), np.float32), np.ones((0, 4), np.float32), 3)
    assert (found.positions == NONE).all()
