"""Pairs of pictures: of one identity (genuine) or of two (impostor), and how much alike each pair is. Pure.

Pairs stand or fall together: those of one person share the person, and every impostor pair shares one with
thousands of others. So what is measured on pairs is drawn anew by subject, never by pair.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.bootstrap import Indices

Embeddings = NDArray[np.floating]
"""(pictures, dimensions)"""
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
MOST_PAIRS = 200_000
"""Of either kind: a false-accept rate of 1e-4 still rests on 20 of them."""
BLOCK = 16_384
"""Pairs whose embeddings lie side by side in memory at once."""


@dataclass(frozen=True)
class Pairs:
    """Unordered pairs of pictures, by their numbers; genuine ones first."""

    first: Indices
    second: Indices
    genuine: Mask
    """(pairs,) whether both pictures are of one identity."""
    genuine_in_all: int
    """Genuine pairs that the pictures allow; more than are here when these are a sample."""
    impostor_in_all: int

    @property
    def genuine_count(self) -> int:
        return int(self.genuine.sum())

    @property
    def impostor_count(self) -> int:
        return len(self.genuine) - self.genuine_count

    @property
    def sentence(self) -> str:
        """How many there are, and of how many they were drawn."""
        told = [
            f"{here:,} {kind} pairs" + (f" drawn from {in_all:,}" if here < in_all else "")
            for kind, here, in_all in (
                ("genuine", self.genuine_count, self.genuine_in_all),
                ("impostor", self.impostor_count, self.impostor_in_all),
            )
        ]
        return " and ".join(told)


def pairs_of(identities: Sequence[Hashable], *, most: int = MOST_PAIRS, seed: int = 0) -> Pairs:
    """Every pair of these pictures; of a kind that has more than `most`, so many drawn without replacement."""
    number = numbered(identities)
    order = np.argsort(number, kind="stable")
    # Pictures of an identity lie side by side: each picture pairs with those before it in its own block (genuine)
    # and with those before its block (impostor). So a pair has a number, and a draw of numbers needs no list of all.
    starts = np.searchsorted(number[order], number[order])
    within = np.arange(len(order)) - starts
    draws = np.random.default_rng(seed)
    drawn = []
    for partners, base in ((within, starts), (starts, np.zeros_like(starts))):
        ends = np.cumsum(partners)
        in_all = int(ends[-1]) if len(ends) else 0
        chosen = np.arange(in_all) if in_all <= most else np.sort(draws.choice(in_all, most, replace=False))
        later = np.searchsorted(ends, chosen, side="right")
        earlier = base[later] + chosen - (ends[later] - partners[later])
        drawn.append((order[earlier], order[later], in_all))
    (genuine_a, genuine_b, genuine_in_all), (impostor_a, impostor_b, impostor_in_all) = drawn
    return Pairs(
        first=np.concatenate([genuine_a, impostor_a]),
        second=np.concatenate([genuine_b, impostor_b]),
        genuine=np.arange(len(genuine_a) + len(impostor_a)) < len(genuine_a),
        genuine_in_all=genuine_in_all,
        impostor_in_all=impostor_in_all,
    )


def cosine_similarities(embeddings: Embeddings, pairs: Pairs) -> Numbers:
    """(pairs,) The cosine of each pair, -1 to 1; an embedding of zeros is like nothing."""
    vectors = unit(embeddings)
    alike = np.empty(len(pairs.first))
    for start in range(0, len(alike), BLOCK):
        part = slice(start, start + BLOCK)
        alike[part] = np.einsum("nd,nd->n", vectors[pairs.first[part]], vectors[pairs.second[part]])
    return alike


def unit(embeddings: Embeddings) -> Numbers:
    """The embeddings with length 1; those of zeros stay. Raises ValueError for numbers that are not finite."""
    vectors = np.asarray(embeddings, dtype=np.float64)
    if vectors.ndim != 2:
        raise ValueError(f"embeddings must be (pictures, dimensions), not {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise ValueError("embeddings must be finite numbers")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Numbers = vectors / np.where(lengths > 0, lengths, 1.0)
    return scaled


def numbered(names: Sequence[Hashable]) -> Indices:
    """Names as numbers, in the order in which they come first."""
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


def drawn_weights(drawn: Indices, first: Indices, second: Indices, subjects: int) -> Numbers:
    """(pairs,) How often each pair counts when these subjects were drawn with replacement.

    `first` and `second` are the subjects of each pair's pictures. A pair of two subjects counts once for every pair
    of their copies, one inside a subject once per copy; copies of one subject are no pair of their own. Drawing both
    sides is what keeps impostor pairs that share a subject together (Snijders & Borgatti 1999, the vertex bootstrap;
    Bolle, Ratha & Pankanti 2004, doi 10.1016/j.cviu.2003.08.002, draw one side).
    """
    times = np.bincount(drawn, minlength=subjects).astype(np.float64)
    weights: Numbers = times[first] * np.where(first == second, 1.0, times[second])
    return weights
