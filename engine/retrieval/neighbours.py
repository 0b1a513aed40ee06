"""The nearest references of each query, found exactly: in chunks, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.linear_head import Matrix, Numbers, Vectors
from engine.retrieval.similarity import Similarity, Space, from_distances

NONE = -1
"""Position that stands where a query has fewer neighbours than asked for; its similarity is minus infinity."""
CELLS = 1 << 24
"""Numbers that a chunk may hold: 64 MiB of scores."""
_SLACK = 8
"""Candidates beyond k that are looked at again with exact arithmetic."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The most alike first; what is equally alike in the order of the references."""

    positions: Numbers
    """(queries, k), of the references; `NONE` where there is none."""
    similarities: Vectors
    """(queries, k), as people read them: see `Similarity.similarities`."""

    def first(self, count: int) -> Neighbours:
        """The same with fewer neighbours."""
        return Neighbours(self.positions[:, :count], self.similarities[:, :count])

    def rows(self, chosen: NDArray[np.generic]) -> Neighbours:
        """Those of some queries: positions, or a mask."""
        return Neighbours(self.positions[chosen], self.similarities[chosen])


def nearest(
    queries: Vectors,
    references: Vectors,
    k: int,
    *,
    similarity: Similarity | None = None,
    query_groups: Numbers | None = None,
    reference_groups: Numbers | None = None,
) -> Neighbours:
    """The `k` most similar references of each query.

    With groups (numbers) a query never gets a reference of its own group; a negative number belongs to no group.
    Without a similarity: cosine.
    """
    by = similarity or Similarity()
    return nearest_transformed(
        by.transform(queries),
        by.transform(references),
        k,
        by.space,
        query_groups=query_groups,
        reference_groups=reference_groups,
    )


def nearest_to_each_other(
    vectors: Vectors, k: int, *, similarity: Similarity | None = None, groups: Numbers | None = None
) -> Neighbours:
    """The same among the vectors themselves, none being its own neighbour."""
    own = np.arange(len(vectors)) if groups is None else np.where(groups >= 0, groups, -2 - np.arange(len(groups)))
    own = own - own.min(initial=0)
    return nearest(vectors, vectors, k, similarity=similarity, query_groups=own, reference_groups=own)


def nearest_transformed(
    queries: Vectors,
    references: Vectors,
    k: int,
    space: Space,
    *,
    query_groups: Numbers | None = None,
    reference_groups: Numbers | None = None,
) -> Neighbours:
    """`nearest` for vectors that `Similarity.transform` has made."""
    positions = np.full((len(queries), k), NONE, np.int64)
    similarities = np.full((len(queries), k), -np.inf, np.float32)
    if not len(references) or k < 1:
        return Neighbours(positions, similarities)
    candidates = min(len(references), k + _SLACK)
    rows = max(1, CELLS // max(len(references), 2 * candidates * references.shape[1]))
    squares = (references.astype(np.float64) ** 2).sum(axis=1)
    for start in range(0, len(queries), rows):
        chunk = queries[start : start + rows]
        scores, tolerance = _scores(chunk, references, squares, space)
        if query_groups is not None and reference_groups is not None:
            own = query_groups[start : start + rows, None]
            scores[(own == reference_groups[None, :]) & (own >= 0)] = -np.inf
        found, alike = _best(chunk, references, scores, tolerance, k, space)
        positions[start : start + rows, : found.shape[1]] = found
        similarities[start : start + rows, : found.shape[1]] = alike
    return Neighbours(positions, similarities)


def grouped(*columns: Sequence[str | None]) -> list[Numbers]:
    """Groups of queries, of references … as numbers that agree with each other; negative for None."""
    numbers = {
        name: number for number, name in enumerate(dict.fromkeys(name for column in columns for name in column))
    }
    return [np.array([NONE if name is None else numbers[name] for name in column], np.int64) for column in columns]


def exact_similarities(queries: Vectors, references: Vectors, positions: Numbers, space: Space) -> Vectors:
    """(queries, k): how alike each query and the references at its `positions` are, pair by pair in 64 bits: the same
    pair gives the same number whatever stands beside it. `NONE` gives minus infinity."""
    made = np.full(positions.shape, -np.inf, np.float32)
    rows = max(1, CELLS // max(1, 8 * positions.shape[1] * references.shape[1]))
    for start in range(0, len(queries), rows):
        chunk = positions[start : start + rows]
        others = references[np.maximum(chunk, 0)].astype(np.float64)
        own = queries[start : start + rows, None, :].astype(np.float64)
        if space == "l2":
            distances = ((others - own) ** 2).sum(axis=2)
        else:
            distances = 1 - (others * own).sum(axis=2)
        alike = from_distances(distances, space)
        made[start : start + rows] = np.where(chunk == NONE, -np.inf, alike)
    return made


def in_order(positions: Numbers, similarities: Vectors, k: int) -> Neighbours:
    """The `k` most similar of each row, equal ones by position."""
    order = np.lexsort((positions, -similarities), axis=1)[:, :k]
    chosen, alike = np.take_along_axis(positions, order, 1), np.take_along_axis(similarities, order, 1)
    return Neighbours(np.where(np.isneginf(alike), NONE, chosen), alike)


def _scores(queries: Vectors, references: Vectors, squares: Matrix, space: Space) -> tuple[Vectors, Matrix]:
    """(queries, references) higher is nearer, and by how much each row may be rounded."""
    scores = queries @ references.T
    lengths = np.sqrt((queries.astype(np.float64) ** 2).sum(axis=1))
    longest = np.sqrt(squares.max())
    # The error of a sum of products grows with the root of their number, in all but contrived cases.
    rounding = 8 * np.finfo(np.float32).eps * np.sqrt(references.shape[1])
    if space != "l2":
        return scores, rounding * lengths * longest
    scores *= 2
    scores -= squares[None, :].astype(np.float32)
    return scores, 2 * rounding * (lengths + longest) ** 2


def _best(
    queries: Vectors, references: Vectors, scores: Vectors, tolerance: Matrix, k: int, space: Space
) -> tuple[Numbers, Vectors]:
    """The best by 32-bit scores and a few more, put in order by 64-bit ones."""
    count = scores.shape[1]
    kept = min(count, k)
    candidates = min(count, k + _SLACK)
    if candidates < count:
        positions = np.argpartition(scores, count - candidates, axis=1)[:, count - candidates :]
    else:
        positions = np.broadcast_to(np.arange(count), scores.shape)
    near = np.take_along_axis(scores, positions, 1)
    allowed = np.where(np.isneginf(near), NONE, positions)
    best = in_order(allowed, exact_similarities(queries, references, allowed, space), kept)
    if candidates < count:
        least = np.partition(near, candidates - kept, axis=1)[:, candidates - kept] - tolerance
        crowded = np.flatnonzero((near.min(axis=1) >= least) & np.isfinite(least))
        for row in crowded:  # more are equally near than there were candidates
            inside = np.flatnonzero(scores[row] >= least[row])[None, :]
            alike = exact_similarities(queries[row : row + 1], references, inside, space)
            again = in_order(inside, alike, kept)
            best.positions[row], best.similarities[row] = again.positions[0], again.similarities[0]
    return best.positions, best.similarities
