"""How alike two embeddings are."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InputError
from engine.linear_head import Vectors
from engine.retrieval.fitting import fit_similarity
from engine.retrieval.similarity import KINDS, Similarity, from_distances, normalised, saved_similarity

Pairs = st.tuples(*[arrays(np.float32, (4, 3), elements=st.floats(-8, 8, width=32))] * 2)


def drawn(count: int, dimensions: int = 6) -> Vectors:
    return np.random.default_rng(3).normal(size=(count, dimensions)).astype(np.float32)


@settings(max_examples=40)
@given(Pairs)
def test_each_kind_says_what_its_formula_says(pair: tuple[Vectors, Vectors]) -> None:
    left, right = (side.astype(np.float64) for side in pair)
    lengths = np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1)[None, :]
    cosine = np.where(lengths > 1e-6, left @ right.T / np.maximum(lengths, 1e-6), np.nan)
    distance = np.linalg.norm(left[:, None] - right[None, :], axis=2)
    told = Similarity("cosine").similarities(*pair)
    assert np.allclose(told[np.isfinite(cosine)], cosine[np.isfinite(cosine)], atol=1e-5)
    assert np.allclose(Similarity("l2").similarities(*pair), 1 / (1 + distance), atol=1e-4)
    assert np.allclose(Similarity("ip").similarities(*pair), left @ right.T, atol=1e-3)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=20))
def test_a_greater_distance_is_never_a_greater_similarity(distances: list[float]) -> None:
    rising = np.sort(np.array(distances))
    for space in ("cosine", "l2", "ip"):
        assert (np.diff(from_distances(rising, space)) <= 0).all()  # type: ignore[arg-type]


def test_the_square_of_chroma_s_l2_is_a_distance_again() -> None:
    assert from_distances(np.array([9.0]), "l2")[0] == pytest.approx(1 / (1 + 3))
    assert from_distances(np.array([-1e-9]), "l2")[0] == 1, "rounding below zero is no distance"
    assert from_distances(np.array([0.25]), "cosine")[0] == pytest.approx(0.75)
    assert from_distances(np.array([-4.0]), "ip")[0] == pytest.approx(5)


def test_a_vector_of_zeros_is_like_nothing_and_breaks_nothing() -> None:
    zeros = np.zeros((1, 6), np.float32)
    assert np.allclose(Similarity().similarities(zeros, drawn(3)), 0)
    assert np.isfinite(normalised(zeros)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_similarity_is_the_same_similarity(kind: str, tmp_path: Path) -> None:
    vectors, labels = drawn(40), np.arange(40) % 4
    fitted = fit_similarity(kind, vectors, labels)  # type: ignore[arg-type]
    fitted.save(tmp_path)
    read = saved_similarity(tmp_path, 6)
    assert read.kind == kind
    assert read.fingerprint() == fitted.fingerprint()
    assert (read.similarities(vectors, vectors) == fitted.similarities(vectors, vectors)).all()


def test_what_is_torn_or_made_for_other_vectors_is_refused_in_a_sentence(tmp_path: Path) -> None:
    fit_similarity("diagonal", drawn(40), np.arange(40) % 4).save(tmp_path)
    with pytest.raises(InputError, match="`scale` is not 7 finite numbers"):
        saved_similarity(tmp_path, 7)
    (tmp_path / "similarity.safetensors").write_bytes(b"\xff" * 40)
    with pytest.raises(InputError, match="cannot be read"):
        saved_similarity(tmp_path, 6)
    for text in ("", "[]", '{"kind": 3}', json.dumps({"kind": "whitened"})):
        (tmp_path / "similarity.json").write_text(text)
        with pytest.raises(InputError, match="cannot be read"):
            saved_similarity(tmp_path, 6)


def test_the_fingerprint_tells_fits_apart() -> None:
    kinds = [fit_similarity(kind, drawn(40), np.arange(40) % 4).fingerprint() for kind in KINDS]
    other = fit_similarity("whitened", drawn(39), np.arange(39) % 4).fingerprint()
    assert len({*kinds, other}) == len(KINDS) + 1


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from engine.retrieval.chroma import connect

    with connect(tmp_path_factory.mktemp("chroma")) as client:
        yield client


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(arrays(np.float32, (6, 4), elements=st.floats(-5, 5, width=16)), st.sampled_from(["cosine", "l2", "ip"]))
def test_distances_of_a_real_chroma_become_these_similarities(chroma: Any, vectors: Vectors, space: Any) -> None:
    vectors = vectors + np.eye(6, 4, dtype=np.float32) * 10 + 1  # no zeros: they have no cosine
    collection = chroma.create_collection(
        f"space-{os.urandom(6).hex()}", embedding_function=None, configuration={"hnsw": {"space": space}}
    )
    collection.add(ids=[str(at) for at in range(6)], embeddings=vectors)
    answer = collection.query(query_embeddings=vectors, n_results=6, include=["distances"])
    told = np.full((6, 6), np.nan, np.float32)
    for row, (ids, distances) in enumerate(zip(answer["ids"], answer["distances"], strict=True)):
        told[row, [int(one) for one in ids]] = from_distances(np.array(distances), space)
    # Relative to what was summed; near 0 the root of a rounded square is a thousandth.
    wanted = Similarity(space).similarities(vectors, vectors)
    assert np.allclose(told, wanted, rtol=1e-4, atol=2e-3)
