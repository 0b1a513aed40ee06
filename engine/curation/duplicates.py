"""Near-duplicates: pictures of the same shot, encoded anew, brightened or shifted.

Hashes and cosines say who may be one; then the two pictures are laid upon each other, and their fine detail must
agree. Another picture of the same person, or of the same kind of module, has the same coarse look and other detail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.curation.alignment import LEARNT_FROM, Detailed, agreement, common_detail, detailed
from engine.curation.hashing import Hashes, pairs_within
from engine.curation.small_pictures import SmallPictures

Pairs = NDArray[np.int64]
Tick = Callable[[int, int], None]
NEIGHBOURS = 5
"""Nearest pictures by cosine that are compared, for each."""
LEAST_COSINE = 0.8
MOST_PAIRS_EACH = 12
"""Candidates for each picture, on average: the likeliest are compared."""
_CHUNK = 1024
_KEPT = 256
"""Pictures whose detail stays worked out: 80 MB of the largest."""


def candidates(hashes: Hashes, vectors: NDArray[np.float32], eligible: NDArray[np.bool_], hamming: int) -> Pairs:
    """Pairs (first < second) worth comparing, the likeliest first: near by hash, or among the nearest by cosine.

    `vectors` have length 1; only `eligible` pictures take part.
    """
    numbers = np.flatnonzero(eligible)
    near = [_nearest(pairs, bits) for pairs, bits in pairs_within(hashes[numbers], hamming)]
    near += list(_neighbours(vectors[numbers]))
    if not near:
        return np.zeros((0, 2), dtype=np.int64)
    pairs = np.unique(np.concatenate(near), axis=0)
    cosines = np.concatenate(
        [
            np.einsum("ij,ij->i", vectors[numbers[part[:, 0]]], vectors[numbers[part[:, 1]]])
            for part in np.array_split(pairs, max(1, len(pairs) // _CHUNK))
        ]
    )
    likeliest = np.argsort(-cosines, kind="stable")[: MOST_PAIRS_EACH * len(numbers)]
    return numbers[pairs[likeliest]]


def agreeing(
    small: SmallPictures,
    count: int,
    pairs: Pairs,
    eligible: NDArray[np.bool_],
    threshold: float,
    tick: Tick,
    *,
    seed: int = 13,
) -> list[tuple[int, int, float]]:
    """The pairs whose detail agrees, with how much. Pairs that are joined already through others are passed over."""
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(eligible))[:LEARNT_FROM]
    common = common_detail([small.get(at) for at in drawn.tolist()]) if len(pairs) else None

    @lru_cache(_KEPT)
    def picture(at: int) -> Detailed:
        return detailed(small.get(at))

    found = []
    joined = _Joined(count)
    # Side by side stand the pairs of one picture: its detail is worked out once.
    in_order = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    for number, (first, second) in enumerate(in_order.tolist(), 1):
        if joined.root(first) != joined.root(second):
            score = agreement(picture(first), picture(second), common, at_least=threshold)
            if score >= threshold:
                joined.join(first, second)
                found.append((first, second, score))
        if number % _CHUNK == 0 or number == len(pairs):
            tick(number, len(pairs))
    return found


def components(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Who hangs together, two or more."""
    joined = _Joined(count)
    for first, second in pairs:
        joined.join(first, second)
    groups: dict[int, list[int]] = {}
    for at in sorted({one for pair in pairs for one in pair}):
        groups.setdefault(joined.root(at), []).append(at)
    return list(groups.values())


def _nearest(pairs: Pairs, bits: NDArray[np.uint8]) -> Pairs:
    """The pairs of a block that differ least: pictures of which all are alike would else be compared all with all."""
    room = MOST_PAIRS_EACH * len(np.unique(pairs[:, 0]))
    return pairs[np.argsort(bits, kind="stable")[:room]] if len(pairs) > room else pairs


def _neighbours(vectors: NDArray[np.float32]) -> Iterator[Pairs]:
    """Every picture with those nearest to it by cosine."""
    count = min(NEIGHBOURS, len(vectors) - 1)
    for start in range(0, len(vectors) if count > 0 else 0, _CHUNK):
        cosines = vectors[start : start + _CHUNK] @ vectors.T
        rows = np.arange(len(cosines))
        cosines[rows, rows + start] = -2
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(cosines, nearest, axis=1) >= LEAST_COSINE
        pairs = np.stack([np.repeat(rows + start, count)[near.ravel()], nearest[near]], axis=1)
        yield np.sort(pairs, axis=1)


class _Joined:
    """Disjoint sets."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, at: int) -> int:
        while self._parent[at] != at:
            self._parent[at] = self._parent[self._parent[at]]
            at = self._parent[at]
        return at

    def join(self, first: int, second: int) -> None:
        self._parent[max(self.root(first), self.root(second))] = min(self.root(first), self.root(second))
