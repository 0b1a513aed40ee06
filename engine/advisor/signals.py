"""What a series says: each signal a pure function that gives the sentence to show, or None.

A series is in the order of the evaluations, the untrained model first. `mode` is `max` when higher is
better and `min` when lower is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from engine.runs.spec import Target

PLATEAU_EVALUATIONS = 3
PLATEAU_MIN_DELTA = 0.001
"""Relative to the best value: a gain of less than a thousandth is noise."""
OVERFITTING_EVALUATIONS = 3
EXPLOSION_FACTOR = 10.0
EXPLOSION_STEPS = 5
"""So many steps in a row: one bad batch is no divergence."""
STALL_AT_LEAST_S = 10.0


def target_reached(targets: Sequence[Target], values: Mapping[str, float | None]) -> str | None:
    """Every target is met by the same evaluation."""
    if not targets or not all(target.reached(values.get(target.metric)) for target in targets):
        return None
    return "every target is reached: " + ", ".join(
        f"{target.metric} {values[target.metric]:.4g} ({target})" for target in targets
    )


def plateau(
    scores: Sequence[float | None],
    *,
    mode: str,
    evaluations: int = PLATEAU_EVALUATIONS,
    min_delta: float = PLATEAU_MIN_DELTA,
) -> str | None:
    """It had gained, and the last `evaluations` brought no gain beyond `min_delta`."""
    best: float | None = None
    gains = without = 0
    for score in scores:
        if score is not None and math.isfinite(score):
            if best is None:
                best = score
                continue
            if _sign(mode) * (score - best) > min_delta * abs(best):
                best, without = score, 0
                gains += 1
                continue
        without += 1
    if best is None or not gains or without < evaluations:
        return None
    return f"no gain over {without} evaluations: the best is still {best:.4g}"


def overfitting(
    train_losses: Sequence[float | None],
    scores: Sequence[float | None],
    *,
    mode: str,
    evaluations: int = OVERFITTING_EVALUATIONS,
) -> str | None:
    """Over the last `evaluations` the training loss kept falling while validation kept getting worse."""
    losses, tail = train_losses[-evaluations - 1 :], scores[-evaluations - 1 :]
    if len(losses) <= evaluations or len(tail) <= evaluations:
        return None
    if not (_always_worse(tail, mode) and _always_worse(losses, "max")):  # of a loss, less is what falls
        return None
    return (
        f"the training loss falls ({losses[0]:.4g} → {losses[-1]:.4g}) while validation gets worse "
        f"({tail[0]:.4g} → {tail[-1]:.4g}) over {evaluations} evaluations"
    )


def not_a_number(name: str, value: float | None) -> str | None:
    """A number that is none: the training has left what its arithmetic can hold."""
    if value is not None and math.isfinite(value):
        return None
    return f"{name} became {'not a number' if value is None or value != value else value}"


def exploded(recent: Sequence[float], *, median: float, start: float, factor: float = EXPLOSION_FACTOR) -> str | None:
    """Each of the `recent` losses is `factor` times the running median, and above where training began.

    The second condition keeps a loss near zero, of which any noise is a multiple, from raising it.
    """
    if not recent or median <= 0 or min(recent) <= max(factor * median, start):
        return None
    return (
        f"the loss exploded: {recent[-1]:.4g}, {recent[-1] / median:.0f} times its usual {median:.4g}, "
        f"for {len(recent)} steps; lower learning_rate or check the data"
    )


def patience_exhausted(without_gain: int, patience: int) -> str | None:
    """As many evaluations without a gain as were allowed; 0 allows any number."""
    if not patience or without_gain < patience:
        return None
    return f"no gain for {without_gain} evaluations: the patience of {patience} is exhausted"


def stalled(times: Sequence[float], now: float, *, factor: float, at_least_s: float = STALL_AT_LEAST_S) -> str | None:
    """No event for `factor` times the usual (median) gap between the last ones."""
    if len(times) < 3:
        return None
    gaps = sorted(max(0.0, later - earlier) for earlier, later in itertools.pairwise(times))
    usual, silent = gaps[len(gaps) // 2], now - times[-1]
    if silent <= max(at_least_s, factor * usual):
        return None
    return f"no event for {silent:.0f} s; usual are {usual:.2g} s"


def _sign(mode: str) -> int:
    return 1 if mode == "max" else -1


def _always_worse(series: Sequence[float | None], mode: str) -> bool:
    values = [value for value in series if value is not None and math.isfinite(value)]
    return len(values) == len(series) and all(
        _sign(mode) * (later - earlier) < 0 for earlier, later in itertools.pairwise(values)
    )
