"""How far apart two parts of the data are in a rate, and how sure that is. Pure.

A gap is the largest rate less the smallest: `difference("between_groups")` of fairlearn's `MetricFrame`, its `ratio`
the smallest over the largest (Bird et al. 2020, MSR-TR-2020-32). The interval is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.evaluation.bootstrap import Indices, bootstrap_interval
from engine.evaluation.comparison import level_for
from engine.evaluation.conditions import Column
from engine.evaluation.pairs import Mask, drawn_weights

RESAMPLES = 1000


@dataclass(frozen=True)
class Rate:
    """A part of the decisions: those of `counts` that are also `hits`."""

    name: str
    counts: Mask
    """(decisions,)"""
    hits: Mask
    """(decisions,)"""
    errors: bool = True
    """Whether hits are errors, so that a high rate is bad."""


@dataclass(frozen=True)
class Subjects:
    """Whom each decision is about: two of them for a pair, the same twice for a row."""

    first: Indices
    """(decisions,)"""
    second: Indices

    @property
    def count(self) -> int:
        return int(max(self.first.max(initial=-1), self.second.max(initial=-1))) + 1


@dataclass(frozen=True)
class Gap:
    """The largest distance between two values of a column that have enough rows."""

    column: str
    rate: str
    worst: str
    best: str
    worst_value: float
    best_value: float
    interval: tuple[float, float] | None
    """Of the worst against the best, 95 % for every two values of the column at once (Bonferroni), over subjects. It
    crosses zero where chance alone may have made the gap. None where no decision, or each, is a hit."""

    @property
    def size(self) -> float:
        return abs(self.worst_value - self.best_value)

    @property
    def ratio(self) -> float | None:
        """The smaller rate over the larger: 1 when they are equal; None when both are 0."""
        low, high = sorted((self.worst_value, self.best_value))
        return low / high if high else None

    @property
    def sentence(self) -> str:
        """Without a full stop, as part of a longer one."""
        told = (
            f"{self.size:.3g} in {self.rate} by {self.column}: {self.worst} {self.worst_value:.3g} against "
            f"{self.best} {self.best_value:.3g}"
        )
        if self.interval is None:
            return f"{told} (nothing differs in these pictures, which says little of others)"
        low, high = self.interval
        return f"{told} (95 % interval {low:.3g} to {high:.3g}{'' if low > 0 else ', so chance may have made it'})"


def largest_gap(
    column: Column,
    values: Mapping[str, float],
    rate: Rate,
    subjects: Subjects,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Gap | None:
    """The gap between these values of the column, with what the rate is in each; None for fewer than two."""
    if len(values) < 2:
        return None
    rising = sorted(values, key=lambda value: values[value])
    best, worst = (rising[0], rising[-1]) if rate.errors else (rising[-1], rising[0])
    interval = None
    if values[best] != values[worst] or 0 < values[best] < 1:
        level = level_for(len(values) * (len(values) - 1) // 2)
        interval = _interval(column, worst, best, rate, subjects, level, resamples, seed)
    return Gap(column.name, rate.name, worst, best, values[worst], values[best], interval)


def _interval(
    column: Column, worst: str, best: str, rate: Rate, subjects: Subjects, level: float, resamples: int, seed: int
) -> tuple[float, float] | None:
    """Of the distance between these two values, whichever is larger in a resample."""
    sign = 1.0 if rate.errors else -1.0
    people = subjects.count
    tallies = [_Tally.of(column.codes == column.names.index(value), rate, subjects) for value in (worst, best)]

    def distance(drawn: Indices) -> float:
        of_worst, of_best = (tally.share(drawn, people) for tally in tallies)
        return sign * (of_worst - of_best)

    found = bootstrap_interval(distance, people, resamples=resamples, level=level, seed=seed)
    return found if found is not None and np.isfinite(found).all() else None


@dataclass(frozen=True)
class _Tally:
    """Decisions of one value, counted by the two subjects that they are about: a resample weighs these."""

    first: Indices
    second: Indices
    counts: Indices
    hits: Indices

    @staticmethod
    def of(inside: Mask, rate: Rate, subjects: Subjects) -> _Tally:
        which, people = inside & rate.counts, subjects.count
        a, b = subjects.first[which], subjects.second[which]
        found, at = np.unique(np.minimum(a, b) * people + np.maximum(a, b), return_inverse=True)
        hits = np.bincount(at[rate.hits[which]], minlength=len(found))
        return _Tally(found // people, found % people, np.bincount(at, minlength=len(found)), hits)

    def share(self, drawn: Indices, people: int) -> float:
        """NaN in a resample that has none of them."""
        weights = drawn_weights(drawn, self.first, self.second, people)
        of = float(weights @ self.counts)
        return float(weights @ self.hits) / of if of else float("nan")
