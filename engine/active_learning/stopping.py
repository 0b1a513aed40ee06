"""Whether more labels still change anything. Pure functions of what successive models predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

STABLE_KAPPA = 0.99
ROUNDS = 3
"""Both from Bloodgood & Vijay-Shanker, A Method for Stopping Active Learning Based on Stabilizing Predictions (CoNLL
2009): agreement of successive models, averaged over three rounds, of 0.99 or more."""
STOP_SET = 2000
"""Unlabelled examples that the agreement is measured on; they are never held out from labelling (same paper)."""


@dataclass(frozen=True)
class Verdict:
    """Whether to go on labelling, and why."""

    stop: bool
    kappas: tuple[float, ...]
    """Agreement of each model with the one before it, the newest last."""
    reason: str


def kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Cohen's kappa of two lists of predicted classes: agreement beyond what chance gives; 1 where both are the same.

    Source: Cohen, A Coefficient of Agreement for Nominal Scales (1960).
    """
    one, other = np.asarray(first), np.asarray(second)
    if one.shape != other.shape:
        raise ValueError(f"{one.shape} predictions against {other.shape}")
    if not one.size or (one == other).all():
        return 1.0
    classes, numbers = np.unique(np.concatenate([one, other]), return_inverse=True)
    shares = [np.bincount(part, minlength=len(classes)) / one.size for part in np.split(numbers, 2)]
    by_chance = float(shares[0] @ shares[1])
    return (float((one == other).mean()) - by_chance) / (1 - by_chance)


def stabilised(predictions: Sequence[ArrayLike], *, threshold: float = STABLE_KAPPA, rounds: int = ROUNDS) -> Verdict:
    """Stop once the last `rounds` agreements of successive models are `threshold` or more on average.

    `predictions` holds what the model of each round says of the same examples, the oldest first.
    """
    kappas = tuple(kappa(before, after) for before, after in pairwise(predictions))
    if len(kappas) < rounds:
        return Verdict(
            False, kappas, f"go on: {_rounds(rounds + 1)} are needed to tell, {len(predictions)} are there"
        )
    mean = sum(kappas[-rounds:]) / rounds
    if mean >= threshold:
        return Verdict(True, kappas, f"stop: predictions no longer change (kappa {mean:.3f} over {_rounds(rounds)})")
    return Verdict(
        False,
        kappas,
        f"go on: predictions still change (kappa {mean:.3f} over {_rounds(rounds)}, stop at {threshold})",
    )


def _rounds(count: int) -> str:
    return f"{count} rounds" if count != 1 else "1 round"
