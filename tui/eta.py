"""How long a run will still take, from its progress events. Warm-up does not count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

_FEWEST = 3
"""Stretches that must be known before anything is said."""
_RECENT = 40
_WARM_UP = 0.1
"""Part of the known stretches, from the start of a phase, that is left out: loading, compiling, caches."""


@dataclass(frozen=True)
class Beat:
    """A progress event: when (Unix seconds), at which of how many steps, in which phase."""

    t: float
    step: int
    steps: int
    phase: str = ""


def remaining(beats: Sequence[Beat], now: float | None = None) -> float | None:
    """Seconds until the last step; None while too little is known.

    The pace is that of the present phase, evaluations included: the time from first to last stretch
    after the warm-up, guarded by the median where one stretch (a pause, a clock that jumped) stands out.
    """
    if not beats:
        return None
    last = beats[-1]
    if last.steps <= 0:
        return None
    left = last.steps - last.step
    if left <= 0:
        return 0.0
    stretches = _stretches(beats)
    if len(stretches) < _FEWEST:
        return None
    stretches = stretches[max(1, int(len(stretches) * _WARM_UP)) :][-_RECENT:]
    pace = _pace(stretches)
    if pace is None:
        return None
    since = min(max(0.0, now - last.t), pace * left) if now is not None else 0.0
    return max(0.0, pace * left - since)


def _stretches(beats: Sequence[Beat]) -> list[tuple[float, int]]:
    """(seconds, steps) between beats of the present phase and attempt, oldest first."""
    phase = _base(beats[-1].phase)
    found: list[tuple[float, int]] = []
    waited = 0.0
    for before, after in zip(reversed(beats[:-1]), reversed(beats[1:]), strict=True):
        steps, seconds = after.step - before.step, after.t - before.t
        if steps < 0 or after.steps != before.steps:
            break  # A resume, or another plan: what was before says nothing.
        if steps == 0:
            waited += max(0.0, seconds)  # An evaluation: it belongs to the steps around it.
            continue
        if _base(before.phase) != phase and _base(before.phase) not in _PAUSES and phase not in _PAUSES:
            break
        if seconds > 0:
            found.append((seconds + waited, steps))
            waited = 0.0
    return found[::-1]


_PAUSES = frozenset({"validation", "test"})


def _base(phase: str) -> str:
    """`validation 3/40` is `validation`."""
    return phase.partition(" ")[0]


def _pace(stretches: Sequence[tuple[float, int]]) -> float | None:
    """Seconds a step."""
    steps = sum(count for _, count in stretches)
    if not steps:
        return None
    usual = median(seconds / count for seconds, count in stretches)
    # A stretch of more than twenty times the usual pace is a pause, not a pace.
    kept = [(seconds, count) for seconds, count in stretches if seconds / count <= 20 * usual]
    seconds, steps = sum(second for second, _ in kept), sum(count for _, count in kept)
    pace = seconds / steps if steps else usual
    return pace if math.isfinite(pace) else None
