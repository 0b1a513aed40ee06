"""A small logistic regression whose targets may be probabilities: what calibrators are fitted with."""

from __future__ import annotations

import numpy as np

from engine.linear_head import Matrix

MOST_STEPS = 100
TINY_RIDGE = 1e-9
"""Keeps the curvature invertible where features repeat each other."""


def sigmoid(logits: Matrix) -> Matrix:
    """Probabilities of log-odds, without overflow."""
    powers = np.exp(-np.abs(logits))
    made: Matrix = np.where(logits >= 0, 1, powers) / (1 + powers)
    return made


def log_odds(probabilities: Matrix) -> Matrix:
    """Of probabilities, those at the ends taken a little inside."""
    inside = np.clip(probabilities, 1e-12, 1 - 1e-12)
    made: Matrix = np.log(inside) - np.log1p(-inside)
    return made


def fit_logistic(features: Matrix, targets: Matrix, *, ridge: float = 0.0, intercept: bool = True) -> Matrix:
    """Weights of (rows, features), and the intercept as the last number where there is one.

    Minimises the summed cross-entropy to `targets` (0 to 1) plus half of `ridge` times the squared weights, the
    intercept left alone; the sum has one minimum, found by Newton's method with halved steps.
    """
    design = np.column_stack([features, np.ones(len(features))]) if intercept else np.asarray(features, float)
    penalty = np.full(design.shape[1], max(ridge, TINY_RIDGE))
    if intercept:
        penalty[-1] = TINY_RIDGE
    weights = np.zeros(design.shape[1])
    loss = _loss(design, targets, weights, penalty)
    for _ in range(MOST_STEPS):
        chances = sigmoid(design @ weights)
        slope = design.T @ (chances - targets) + penalty * weights
        curvature = (design * (chances * (1 - chances))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
        size = 1.0
        while (tried := _loss(design, targets, weights - size * step, penalty)) > loss and size > 1e-8:
            size /= 2
        if loss - tried < 1e-10 * (1 + abs(loss)):
            break
        weights, loss = weights - size * step, tried
    return weights


def _loss(design: Matrix, targets: Matrix, weights: Matrix, penalty: Matrix) -> float:
    logits = design @ weights
    return float((np.logaddexp(0, logits) - targets * logits).sum() + (penalty * weights**2).sum() / 2)
