"""Examples that lie far apart: k-centre greedy, also known as farthest-first."""

from __future__ import annotations

import numpy as np

from engine.active_learning.arrays import Positions, Scores, Vectors


def k_centre(vectors: Vectors, count: int, *, centres: Vectors | None = None, first: int = 0) -> Positions:
    """`count` positions in the order chosen: each is the one farthest from all before it and from `centres`.

    Without centres `first` is taken first. Never farther from the best cover than twice (Gonzalez 1985); as a way to
    choose what to label: Sener & Savarese 2018 (arXiv 1708.00489). Fewer come back where fewer are given. Time is
    count × examples × width; memory one number for each example.
    """
    count = min(count, len(vectors))
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    lengths = np.einsum("ij,ij->i", vectors, vectors).astype(np.float64)
    if centres is not None and len(centres):
        nearest = distances_to_nearest(vectors, centres) ** 2
        chosen = [int(nearest.argmax())]
    else:
        nearest = np.full(len(vectors), np.inf)
        chosen = [first]
    for _ in range(count - 1):
        last = chosen[-1]
        np.minimum(nearest, lengths + lengths[last] - 2.0 * (vectors @ vectors[last]), out=nearest)
        nearest[last] = -1.0  # never again, though another may lie on it
        chosen.append(int(nearest.argmax()))
    return np.array(chosen, dtype=np.int64)


def distances_to_nearest(vectors: Vectors, centres: Vectors, *, block: int = 256) -> Scores:
    """Euclidean distance of each vector to its nearest centre, centres taken in blocks: memory stays small."""
    lengths = np.einsum("ij,ij->i", vectors, vectors).astype(np.float64)
    nearest = np.full(len(vectors), np.inf)
    for start in range(0, len(centres), block):
        part = centres[start : start + block]
        near = -2.0 * (vectors @ part.T) + np.einsum("ij,ij->i", part, part)
        np.minimum(nearest, lengths + near.min(axis=1), out=nearest)
    return np.sqrt(np.maximum(nearest, 0))
