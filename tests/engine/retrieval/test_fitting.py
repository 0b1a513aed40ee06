"""Similarities that are fitted to labelled vectors."""

from __future__ import annotations

import numpy as np
import pytest

from engine.linear_head import Numbers, Vectors
from engine.retrieval.fitting import fit_similarity
from engine.retrieval.neighbours import nearest
from engine.retrieval.similarity import KINDS, Similarity
from engine.retrieval.votes import UNKNOWN, accuracy, vote

CLASSES, TELLING, DIMENSIONS = 6, 6, 40


def drawn(count: int, seed: int) -> tuple[Vectors, Numbers]:
    """Few dimensions tell classes apart; in the others there is more noise."""
    centres = np.random.default_rng(0).normal(size=(CLASSES, DIMENSIONS)) * (np.arange(DIMENSIONS) < TELLING)
    source = np.random.default_rng(seed)
    labels = source.integers(0, CLASSES, count)
    noise = np.where(np.arange(DIMENSIONS) < TELLING, 0.4, 1.5)
    return (centres[labels] + source.normal(size=(count, DIMENSIONS)) * noise).astype(np.float32), labels


def right(similarity: Similarity) -> float:
    references, labels = drawn(160, 1)
    queries, wanted = drawn(200, 2)
    return accuracy(vote(nearest(queries, references, 5, similarity=similarity), labels), wanted)


@pytest.mark.parametrize("kind", ["diagonal", "whitened", "whitened-cosine"])
def test_fitted_ones_find_what_tells_classes_apart(kind: str) -> None:
    fitted = fit_similarity(kind, *drawn(160, 1))  # type: ignore[arg-type]
    assert right(fitted) > right(Similarity()) + 0.15


def test_weights_are_greatest_where_classes_differ_and_never_below_zero() -> None:
    scale = fit_similarity("diagonal", *drawn(160, 1)).scale
    assert scale is not None
    assert (scale >= 0).all()
    assert scale[:TELLING].mean() > 3 * scale[TELLING:].mean()


@pytest.mark.parametrize("kind", ["diagonal", "whitened"])
def test_distance_1_is_what_two_of_a_class_have(kind: str) -> None:
    vectors, labels = drawn(160, 1)
    moved = fit_similarity(kind, vectors, labels).transform(vectors)  # type: ignore[arg-type]
    squares = [
        ((moved[labels == label][:, None] - moved[labels == label][None]) ** 2).sum(axis=2)
        for label in range(CLASSES)
    ]
    pairs = np.concatenate([square[~np.eye(len(square), dtype=bool)] for square in squares])
    assert pairs.mean() == pytest.approx(1, abs=0.05)


def test_the_same_vectors_give_the_same_similarity() -> None:
    for kind in KINDS:
        assert fit_similarity(kind, *drawn(80, 1)).fingerprint() == fit_similarity(kind, *drawn(80, 1)).fingerprint()


@pytest.mark.parametrize("kind", KINDS)
def test_too_little_to_fit_leaves_a_plain_similarity(kind: str) -> None:
    vectors = drawn(4, 1)[0]
    for labels in (np.arange(4), np.zeros(4, np.int64), np.full(4, UNKNOWN), np.array([0, 0, 1, UNKNOWN])):
        fitted = fit_similarity(kind, vectors, labels)  # type: ignore[arg-type]
        assert np.isfinite(fitted.similarities(vectors, vectors)).all()
    alike = fit_similarity(kind, np.ones((6, 5), np.float32), np.arange(6) % 2)  # type: ignore[arg-type]
    assert np.isfinite(alike.similarities(np.ones((2, 5), np.float32), np.ones((2, 5), np.float32))).all()
    assert np.isfinite(fit_similarity(kind, vectors[:0], np.empty(0, np.int64)).transform(vectors)).all()  # type: ignore[arg-type]


def test_pictures_of_one_sequence_are_no_evidence_of_each_other() -> None:
    vectors, labels = drawn(60, 1)
    # Each vector thrice, alike in a dimension that only names the sequence.
    sequence = np.repeat(np.arange(60), 3)
    thrice = np.repeat(vectors, 3, axis=0)
    thrice[:, -1] = np.repeat(np.random.default_rng(5).normal(size=60) * 8, 3)
    blind = fit_similarity("diagonal", thrice, np.repeat(labels, 3)).scale
    aware = fit_similarity("diagonal", thrice, np.repeat(labels, 3), groups=sequence).scale
    assert blind is not None and aware is not None
    assert aware[-1] / aware.mean() < blind[-1] / blind.mean()


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        fit_similarity("whitened", np.full((3, 2), np.nan, np.float32), np.array([0, 0, 1]))
