"""Why a training did not help, in words: a pure function of what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence


def likely_cause(train_losses: Sequence[float], *, learning_rate: float, steps: int) -> str:
    """The likeliest reason why no evaluation beat the start, from the mean training loss per epoch."""
    losses = [loss for loss in train_losses if math.isfinite(loss)]
    if steps < 20:
        return f"only {steps} steps were trained; train longer"
    if len(losses) < 2:
        return "one epoch was trained; train longer or lower learning_rate"
    first, last = losses[0], min(losses[1:])
    if last > 0.98 * first:
        return (
            f"the training loss did not fall ({first:.3g} → {last:.3g}); learning_rate {learning_rate:g} is too high "
            "or too low, or the labels carry no signal"
        )
    return (
        f"the training loss fell ({first:.3g} → {last:.3g}) but validation did not follow: the model learnt what "
        "does not carry over; lower learning_rate, train fewer epochs or give it more varied examples"
    )


def kept_start(phase: str, headline: str, score: float | None, cause: str) -> str:
    """What is said when a phase hands over the model that it started from."""
    start = "not a number" if score is None else f"{score:.4g}"
    return (
        f"no evaluation beat the model that {phase} started from ({headline} {start}), so that one is kept; "
        f"likely cause: {cause}"
    )
