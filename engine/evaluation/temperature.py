"""One temperature for all classes: what makes the softmax of a net too sure or too timid mean what it says."""

from __future__ import annotations

import numpy as np

from engine.linear_head import Matrix, Numbers, softmax

COLDEST, HOTTEST = 0.02, 50.0
"""Temperatures that are searched."""


def fit_temperature(logits: Matrix, classes: Numbers) -> float:
    """The temperature under which the true classes are the likeliest (Guo et al. 2017, arXiv 1706.04599).

    The truth is smoothed by 1 / (rows + 2), as Platt 1999 does: a few rows that are all right do not prove that
    the model is always right. The likelihood has one peak over the inverse temperature: golden section.
    """
    count = logits.shape[1]
    smoothing = 1 / (len(classes) + 2)
    wanted = np.full(logits.shape, smoothing / max(1, count - 1))
    wanted[np.arange(len(classes)), classes] = 1 - smoothing

    def loss(log_temperature: float) -> float:
        return float(-(wanted * np.log(softmax(logits / np.exp(log_temperature)) + 1e-300)).sum(axis=1).mean())

    low, high, golden = np.log(COLDEST), np.log(HOTTEST), (np.sqrt(5) - 1) / 2
    while high - low > 1e-4:
        left, right = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp((low + high) / 2))
