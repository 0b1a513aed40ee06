"""The next examples to label, by strategy. Pure: embeddings and what a model says go in, positions come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.active_learning.arrays import Positions, Probabilities, Scores, Vectors
from engine.active_learning.k_centre import k_centre
from engine.active_learning.scores import disagreement, margin, uncertainty
from engine.active_learning.strategy import Strategy


@dataclass(frozen=True)
class Pool:
    """Examples without a label."""

    vectors: Vectors
    probabilities: Probabilities | None = None
    """What a model says of them; None before there is one."""
    committee: NDArray[np.float64] | None = None
    """Members × examples × classes; `disagreement` alone asks for it."""


def choose(strategy: Strategy, pool: Pool, count: int, *, labelled: Vectors, seed: int = 0) -> Positions:
    """`count` positions in the pool, the most wanted first; fewer where it is smaller.

    - uncertainty, margin, disagreement: the highest scores (`scores.py`); ties are broken by chance.
    - diverse: those farthest from `labelled` and from each other (`k_centre.py`).
    - mixed: every other one as `diverse`, every other one by margin with an even share of the classes that are
      predicted. While the model knows little its doubts teach little, and what is unlike all else teaches more; later
      it is the other way round (Hacohen et al. 2022, arXiv 2202.02794). Macro F1 counts rare classes as much as
      frequent ones, hence the even share.

    Before there is a model, every other one is as `diverse`, every other one random, unless the strategy needs no
    model. Raises ValueError where `disagreement` gets no committee.
    """
    draws = np.random.default_rng(seed)
    examples = len(pool.vectors)
    if strategy == "random":
        return draws.permutation(examples)[:count]
    if strategy == "diverse":
        return _far(pool, count, labelled, draws)
    if pool.probabilities is None:
        return _alternating(_far(pool, -(-count // 2), labelled, draws), draws.permutation(examples), count)
    if strategy == "disagreement":
        if pool.committee is None:
            raise ValueError("disagreement needs what a committee says")
        return _highest(disagreement(pool.committee), draws)[:count]
    if strategy == "uncertainty":
        return _highest(uncertainty(pool.probabilities), draws)[:count]
    unsure = _highest(margin(pool.probabilities), draws)
    if strategy == "margin":
        return unsure[:count]
    unsure = in_turn(unsure, pool.probabilities.argmax(axis=1).tolist())
    return _alternating(_far(pool, -(-count // 2), labelled, draws), unsure, count)


def in_turn(order: Positions, classes: Sequence[Hashable]) -> Positions:
    """The same positions, one of each class after the other as long as it has any; inside a class the order stays."""
    return order[np.argsort(_turns(order, classes), kind="stable")]


def at_most(order: Positions, groups: Sequence[Hashable], count: int, most: int) -> Positions:
    """The first `count` of an order with at most `most` of a group; more of one only where nothing else is left, and
    then of all alike."""
    turns = _turns(order, groups)
    # Up to its share a group keeps its places in the order; what is more waits for a round of its own.
    return order[np.argsort(np.maximum(turns, most - 1), kind="stable")][:count]


def _turns(order: Positions, classes: Sequence[Hashable]) -> Positions:
    """How many of the same class come before each."""
    seen: Counter[Hashable] = Counter()
    turns = np.empty(len(order), dtype=np.int64)
    for place, at in enumerate(order.tolist()):
        turns[place] = seen[classes[at]]
        seen[classes[at]] += 1
    return turns


def _far(pool: Pool, count: int, labelled: Vectors, draws: np.random.Generator) -> Positions:
    first = int(draws.integers(len(pool.vectors))) if len(pool.vectors) else 0
    return k_centre(pool.vectors, count, centres=labelled, first=first)


def _alternating(first: Positions, second: Positions, count: int) -> Positions:
    """One of either in turn, none twice; `second` goes on where `first` ends."""
    kept = second[~np.isin(second, first)]
    both = min(len(first), len(kept))
    pairs = np.stack([first[:both], kept[:both]], axis=1).ravel()
    return np.concatenate([pairs, first[both:], kept[both:]])[:count]


def _highest(scores: Scores, draws: np.random.Generator) -> Positions:
    return np.lexsort((draws.random(len(scores)), -scores))
