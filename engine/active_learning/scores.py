"""How much a label of each example would teach: the larger, the more. Pure functions of probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.active_learning.arrays import Probabilities, Scores


def uncertainty(probabilities: Probabilities) -> Scores:
    """Entropy as a part of the largest possible one: 0 sure, 1 no idea.

    Source: Settles, Active Learning Literature Survey (2009), 3.1.
    """
    classes = probabilities.shape[1]
    if classes < 2:
        return np.zeros(len(probabilities))
    return _entropy(probabilities) / np.log(classes)


def margin(probabilities: Probabilities) -> Scores:
    """1 less the distance between the two likeliest classes: 1 is a tie.

    Breaking ties (Luo et al. 2005), which beat entropy for transformers (Schröder et al. 2022, arXiv 2107.05687).
    """
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities))
    second, first = np.partition(probabilities, -2, axis=1)[:, -2:].T
    scores: Scores = 1 - (first - second)
    return scores


def disagreement(committee: NDArray[np.float64]) -> Scores:
    """How far the members of a committee are from what they say together: mean Kullback–Leibler divergence, in nats.

    `committee` has members × examples × classes. Source: McCallum & Nigam, Employing EM and Pool-Based Active
    Learning for Text Classification (1998).
    """
    together = committee.mean(axis=0)
    apart = _entropy(together) - np.mean([_entropy(member) for member in committee], axis=0)
    return np.maximum(apart, 0)


def _entropy(probabilities: Probabilities) -> Scores:
    safe = np.clip(probabilities, 1e-12, 1)
    entropy: Scores = -(probabilities * np.log(safe)).sum(axis=1)
    return entropy
