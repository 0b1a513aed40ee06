"""A linear head on embeddings: multinomial logistic regression, as two arrays.

It is never read from a pickle, which is code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Matrix = NDArray[np.float64]
Numbers = NDArray[np.int64]
MOST_ITERATIONS = 1000


@dataclass(frozen=True)
class LinearHead:
    """Class scores are `vectors @ weight.T + bias`."""

    weight: Matrix
    """(classes, dimensions)"""
    bias: Matrix
    """(classes,)"""

    def logits(self, vectors: Vectors) -> Matrix:
        """(texts, classes)"""
        scores: Matrix = vectors.astype(np.float64) @ self.weight.T + self.bias
        return scores


def fit_linear(
    vectors: Vectors, classes: Numbers, *, regularization: float = 1.0, balanced: bool = True, tolerance: float = 1e-4
) -> LinearHead:
    """A head for the classes that have a vector, in rising order; two at least.

    `regularization` is the inverse strength C of the L2 penalty; `balanced` weighs classes by n / (count · n_class)
    (King & Zeng 2001). scikit-learn's solver, the same that SetFit uses, up to `tolerance`.
    """
    from sklearn.linear_model import LogisticRegression

    weighed = "balanced" if balanced else None
    model = LogisticRegression(C=regularization, class_weight=weighed, max_iter=MOST_ITERATIONS, tol=tolerance)
    model.fit(vectors, classes)
    weight, bias = model.coef_.astype(np.float64), model.intercept_.astype(np.float64)
    if len(model.classes_) == 2:
        # One row says how much likelier the second class is; halves of either sign give the same probabilities.
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    return LinearHead(weight, bias)


def softmax(logits: Matrix) -> Matrix:
    """Probabilities, row by row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares
