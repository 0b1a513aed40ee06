"""Distances to boundaries between labels, and how far an arithmetic moves vectors across them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.tasks.text_classification.certainty import DEVIATIONS, distances, reach
from engine.tasks.text_classification.head import Head

THREE = Head(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 3.0]]), np.array([0.0, 0.0, -10.0]))
"""The first two meet where x is 0; the third is far off."""


def test_a_vector_that_moves_less_than_its_distance_keeps_its_label() -> None:
    draws = np.random.default_rng(0)
    head = Head(draws.normal(size=(6, 8)), draws.normal(size=6))
    vectors = draws.normal(size=(200, 8)).astype(np.float32)
    moves = draws.normal(size=vectors.shape)
    moves *= 0.999 * distances(head, vectors)[:, None] / np.linalg.norm(moves, axis=1, keepdims=True)
    moved = (vectors + moves).astype(np.float32)
    assert np.array_equal(head.logits(moved).argmax(1), head.logits(vectors).argmax(1))


def test_the_distance_is_that_to_the_nearest_boundary() -> None:
    vectors = np.array([[0.25, 0.0], [-2.0, 0.0]], np.float32)
    assert distances(THREE, vectors) == pytest.approx([0.25, 2.0])


def test_one_label_has_no_boundary_and_two_alike_have_none_between_them() -> None:
    vectors = np.ones((2, 2), np.float32)
    assert np.isinf(distances(Head(np.ones((1, 2)), np.zeros(1)), vectors)).all()
    assert np.isinf(distances(Head(np.ones((2, 2)), np.array([0.0, 1.0])), vectors)).all()
    assert reach(Head(np.ones((2, 2)), np.zeros(2)), vectors, vectors + 1) == 0


def test_moves_along_a_boundary_do_not_count() -> None:
    two = Head(THREE.weight[:2], THREE.bias[:2])
    exact = np.zeros((5, 2), np.float32)
    assert reach(two, exact, exact + np.array([0, 1], np.float32)) == 0
    assert reach(two, exact, exact + np.array([0.5, 1], np.float32)) == pytest.approx(0.5 * DEVIATIONS)
