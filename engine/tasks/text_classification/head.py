"""The head of a classifier of texts, fitted anew on cached embeddings, which costs milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.linear_head import LinearHead as Head
from engine.linear_head import Matrix, Numbers, Vectors, fit_linear, softmax

__all__ = ["Head", "Matrix", "Numbers", "Vectors", "fit_head", "negative_log_likelihood", "out_of_fold", "softmax"]


def fit_head(
    vectors: Vectors, classes: Numbers, count: int, *, regularization: float = 1.0, balanced: bool = True
) -> Head:
    """Fit a head for `count` classes, each of which has a vector at least."""
    there = len(np.unique(classes))
    if there != count:
        raise ValueError(f"{there} of {count} classes have a vector")
    return fit_linear(vectors, classes, regularization=regularization, balanced=balanced)


def out_of_fold(
    vectors: Vectors,
    classes: Numbers,
    groups: Sequence[Hashable],
    fit: Callable[[Vectors, Numbers], Head],
    *,
    folds: int = 5,
    seed: int = 0,
) -> tuple[Matrix, NDArray[np.bool_]]:
    """Class scores of each text by a head that was fitted without its group, and which texts have them.

    Texts whose group holds all there is of a class have none: nobody else could be fitted.
    """
    numbers: dict[Hashable, int] = {}
    group_of = np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)
    fold_of = (np.random.default_rng(seed).permutation(len(numbers)) % folds)[group_of]
    every = np.unique(classes)
    logits: Matrix = np.zeros((len(classes), len(every)))
    covered = np.zeros(len(classes), dtype=np.bool_)
    for fold in range(folds):
        held = fold_of == fold
        if held.any() and np.array_equal(np.unique(classes[~held]), every):
            logits[held] = fit(vectors[~held], classes[~held]).logits(vectors[held])
            covered |= held
    return logits, covered


def negative_log_likelihood(probabilities: Matrix, classes: Numbers) -> float:
    """Mean of −log of what the true class got."""
    right = probabilities[np.arange(len(classes)), classes]
    return float(-np.log(np.clip(right, 1e-12, 1.0)).mean())
