"""How often the model was right of late, as people judged it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from engine.profiles.triggers import Metric, Performance

_Z = 1.959963984540054
"""Of a 95 % interval."""


@dataclass(frozen=True)
class Judgement:
    """One answer of the model, and whether it was right."""

    t: float
    """When it was judged, Unix seconds."""
    right: bool
    label: str = ""
    """The true label; empty where nobody says."""


@dataclass(frozen=True)
class Rolled:
    """The metric over the newest judgements."""

    value: float
    right: int
    judged: int
    low: float
    high: float
    """95 % interval of the part that was right (Wilson 1927), which is not that of a balanced accuracy."""


def rolled(judgements: Iterable[Judgement], metric: Metric, window: int) -> Rolled | None:
    """The metric over the `window` newest judgements; None where there are none."""
    newest = sorted(judgements, key=lambda one: one.t)[-window:]
    if not newest:
        return None
    right = sum(one.right for one in newest)
    low, high = _wilson(right, len(newest))
    value = right / len(newest) if metric == "accuracy" else _balanced(newest)
    return Rolled(value, right, len(newest), low, high)


def falls_short(found: Rolled | None, wanted: Performance) -> bool:
    """Whether enough was judged, and too much of it was wrong."""
    return found is not None and found.judged >= wanted.minimum and found.value < wanted.at_least


def _balanced(judgements: Iterable[Judgement]) -> float:
    by_label: dict[str, list[bool]] = defaultdict(list)
    for one in judgements:
        by_label[one.label].append(one.right)
    return sum(sum(marks) / len(marks) for marks in by_label.values()) / len(by_label)


def _wilson(right: int, judged: int) -> tuple[float, float]:
    part, spread = right / judged, _Z**2 / judged
    middle = (part + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(part * (1 - part) / judged + spread / (4 * judged))
    low = middle - half if right else 0.0
    return low, middle + half if right < judged else 1.0
