"""The model of a round: a logistic head on embeddings that stay as they are.

A round on frozen embeddings takes well under a second, and the encoder is fine-tuned once at the end: nearly the
quality of fine-tuning each round for orders of magnitude less compute (arXiv 2402.15613).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.active_learning.arrays import Probabilities, Vectors
from engine.linear_head import LinearHead, fit_linear, softmax

Labels = NDArray[np.int64]
"""The class of each example, a number."""
MEMBERS = 5
"""Heads of a committee."""
FOLDS = 5
TOLERANCE = 1e-3
"""Of the solver: a round asks in which order examples stand, not how sure it is to the fourth digit."""


class Head:
    """Class probabilities of embeddings. A class that it never saw has probability 0."""

    def __init__(
        self, vectors: Vectors, labels: Labels, classes: int, *, regularization: float = 1.0, balanced: bool = True
    ) -> None:
        """Fit. `regularization` is the inverse strength C of the L2 penalty; `balanced` weighs classes alike."""
        self.classes, self.seen = classes, np.unique(labels)
        self._linear: LinearHead | None = None
        if len(self.seen) > 1:
            self._linear = fit_linear(
                vectors, labels, regularization=regularization, balanced=balanced, tolerance=TOLERANCE
            )

    def probabilities(self, vectors: Vectors) -> Probabilities:
        """Examples × classes."""
        everything = np.zeros((len(vectors), self.classes))
        everything[:, self.seen] = softmax(self._linear.logits(vectors)) if self._linear is not None else 1.0
        return everything

    def predict(self, vectors: Vectors) -> Labels:
        """The likeliest class of each."""
        return self.probabilities(vectors).argmax(axis=1)


def committee(
    vectors: Vectors,
    labels: Labels,
    pool: Vectors,
    classes: int,
    *,
    members: int = MEMBERS,
    seed: int = 0,
    regularization: float = 1.0,
) -> NDArray[np.float64]:
    """What heads that each saw another resample of the labels say: members × examples × classes.

    Query by bagging: Abe & Mamitsuka, Query Learning Strategies Using Boosting and Bagging (1998). Every class keeps
    one example at least, or members would disagree about what they do not know of.
    """
    draws = np.random.default_rng(seed)
    said = []
    for _ in range(members):
        drawn = draws.integers(0, len(labels), len(labels))
        kept = [draws.choice(np.flatnonzero(labels == number)) for number in np.unique(labels)]
        at = np.concatenate([drawn, np.array(kept, dtype=np.int64)])
        said.append(Head(vectors[at], labels[at], classes, regularization=regularization).probabilities(pool))
    return np.stack(said)


def out_of_fold(
    vectors: Vectors, labels: Labels, classes: int, *, folds: int = FOLDS, seed: int = 0, regularization: float = 1.0
) -> Probabilities:
    """Probabilities of each example by a head that did not see it. Where a class has no other example, that head
    never saw the class, and gives it 0."""
    fold = fold_of_each(labels, folds=folds, seed=seed)
    probabilities = np.zeros((len(labels), classes))
    for number in np.unique(fold):
        out, rest = fold == number, fold != number
        if rest.any():
            head = Head(vectors[rest], labels[rest], classes, regularization=regularization)
            probabilities[out] = head.probabilities(vectors[out])
    return probabilities


def fold_of_each(labels: Labels, *, folds: int, seed: int) -> Labels:
    """A fold for each example: by chance, each class spread over the folds as evenly as can be."""
    mixed = np.random.default_rng(seed).permutation(len(labels))
    by_class = mixed[np.argsort(labels[mixed], kind="stable")]
    fold = np.empty(len(labels), dtype=np.int64)
    fold[by_class] = np.arange(len(labels)) % max(2, folds)
    return fold
