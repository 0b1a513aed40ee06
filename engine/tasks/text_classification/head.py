"""The head: multinomial logistic regression on embeddings, as two arrays.

Fitted anew on cached embeddings, which costs milliseconds. It is never read from a pickle, which is code.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Matrix = NDArray[np.float64]
Numbers = NDArray[np.int64]
MOST_ITERATIONS = 1000


@dataclass(frozen=True)
class Head:
    """Class scores are `vectors @ weight.T + bias`."""

    weight: Matrix
    """(classes, dimensions)"""
    bias: Matrix
    """(classes,)"""

    def logits(self, vectors: Vectors) -> Matrix:
        """(texts, classes)"""
        scores: Matrix = vectors.astype(np.float64) @ self.weight.T + self.bias
        return scores


def fit_head(
    vectors: Vectors, classes: Numbers, count: int, *, regularization: float = 1.0, balanced: bool = True
) -> Head:
    """Fit a head for `count` classes, each of which has a vector at least.

    `regularization` is the inverse strength C of the L2 penalty; `balanced` weighs classes by n / (count · n_class)
    (King & Zeng 2001). scikit-learn's solver, the same that SetFit uses.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=regularization, class_weight="balanced" if balanced else None, max_iter=MOST_ITERATIONS
    )
    model.fit(vectors, classes)
    if len(model.classes_) != count:
        raise ValueError(f"{len(model.classes_)} of {count} classes have a vector")
    weight, bias = model.coef_.astype(np.float64), model.intercept_.astype(np.float64)
    if count == 2:
        # One row says how much likelier the second class is; halves of either sign give the same probabilities.
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    return Head(weight, bias)


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


def softmax(logits: Matrix) -> Matrix:
    """Probabilities, row by row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


def negative_log_likelihood(probabilities: Matrix, classes: Numbers) -> float:
    """Mean of −log of what the true class got."""
    right = probabilities[np.arange(len(classes)), classes]
    return float(-np.log(np.clip(right, 1e-12, 1.0)).mean())
