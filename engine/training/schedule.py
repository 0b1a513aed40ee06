"""Learning-rate schedules as pure functions of the step."""

from __future__ import annotations

import math


def learning_rate_factor(
    step: int, steps: int, *, warmup_ratio: float, schedule: str, plateaus: float = 1.0
) -> float:
    """Factor on the peak learning rate at `step` (0-based) of `steps`.

    Rises linearly over the warm-up, then falls linearly or along a half cosine to 0, stays, or is what `plateaus`
    left of it: the factor of each plateau that evaluations met so far.
    """
    warmup = round(steps * warmup_ratio)
    if step < warmup:
        return (step + 1) / (warmup + 1)
    if schedule == "constant":
        return 1.0
    if schedule == "plateau":
        return plateaus
    progress = (step - warmup) / max(1, steps - warmup)
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return max(0.0, 1 - progress)
