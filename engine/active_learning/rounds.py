"""Rounds of active learning on embeddings that stay as they are: what to label next, and whether to go on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.active_learning.arrays import Positions, Probabilities, Vectors
from engine.active_learning.choice import Pool, at_most, choose
from engine.active_learning.head import Head, Labels, committee
from engine.active_learning.stopping import ROUNDS, STABLE_KAPPA, STOP_SET, Verdict, stabilised
from engine.active_learning.strategy import Strategy

SHARE = 0.1
"""Part of a proposal that one group may have: what is known of one creator says little of the others."""
SPARE = 4
"""How many times as many are chosen first: others take the place of those of a group that has its share."""


@dataclass(frozen=True)
class Labelled:
    """What is labelled, in the order in which it was."""

    vectors: Vectors
    labels: Labels
    classes: int
    """How many classes there are, those without a label included."""

    def first(self, count: int) -> Labelled:
        """As it stood after `count` labels."""
        return Labelled(self.vectors[:count], self.labels[:count], self.classes)


@dataclass(frozen=True)
class Proposal:
    """What to label next."""

    positions: Positions
    """In the pool, the most wanted first."""
    probabilities: Probabilities | None
    """What the head says of the proposed ones, in their order; None where there is no head."""
    head: Head | None
    """That of this round; None where there were too few labels to fit one."""


@dataclass(frozen=True)
class Proposing:
    """How to choose."""

    strategy: Strategy
    count: int
    seed: int = 0
    regularization: float = 1.0
    share: float = SHARE
    """Part that one group may have; 1 does not look at groups."""
    threshold: float = STABLE_KAPPA


def propose(
    labelled: Labelled, pool: Vectors, how: Proposing, *, groups: Sequence[Hashable] | None = None
) -> Proposal:
    """The next `count` examples of the pool.

    `groups` names the group of each example of the pool.
    """
    head = fitted(labelled, how)
    said = None if head is None else head.probabilities(pool)
    votes = _committee(labelled, pool, how) if how.strategy == "disagreement" and head is not None else None
    apart = groups is not None and how.share < 1
    order = choose(
        how.strategy,
        Pool(pool, said, votes),
        SPARE * how.count if apart else how.count,
        labelled=labelled.vectors,
        seed=how.seed,
    )
    if groups is not None and apart:
        order = at_most(order, groups, how.count, max(1, int(how.share * how.count)))
    return Proposal(order, None if said is None else said[order], head)


def verdict(labelled: Labelled, pool: Vectors, how: Proposing) -> Verdict:
    """Whether heads on the first n, n − count, n − 2 · count … labels still say different things of unlabelled ones.

    Models of earlier rounds are fitted again and not kept: that takes a moment, and no file can be missing.
    """
    draws = np.random.default_rng(how.seed)
    stop_set = pool if len(pool) <= STOP_SET else pool[draws.choice(len(pool), STOP_SET, replace=False)]
    sizes = [len(labelled.labels) - back * how.count for back in range(ROUNDS, -1, -1)]
    heads = [fitted(labelled.first(size), how) for size in sizes if size > 0]
    predictions = [head.predict(stop_set) for head in heads if head is not None]
    return stabilised(predictions, threshold=how.threshold)


def fitted(labelled: Labelled, how: Proposing) -> Head | None:
    """The head of this round; None before two classes have a label."""
    if len(np.unique(labelled.labels)) < 2:
        return None
    return Head(labelled.vectors, labelled.labels, labelled.classes, regularization=how.regularization)


def _committee(labelled: Labelled, pool: Vectors, how: Proposing) -> NDArray[np.float64]:
    return committee(
        labelled.vectors,
        labelled.labels,
        pool,
        labelled.classes,
        seed=how.seed,
        regularization=how.regularization,
    )
