"""Whether one model is better than another on the same rows: a paired bootstrap of the difference. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Literal

import msgspec
import numpy as np

from engine.evaluation.bootstrap import Indices, bootstrap_interval

Score = Callable[[Indices], float]
"""The headline metric over rows, by their numbers; a row may be drawn more than once."""
Verdict = Literal["better", "worse", "undecided"]
RESAMPLES = 2000
FEW_GROUPS = 10
"""Below this a percentile interval over groups is too narrow (Cameron, Gelbach & Miller 2008)."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A second model beside a first one."""

    first: str
    second: str
    metric: str
    first_value: float
    second_value: float
    difference: float
    """Second less first."""
    interval: tuple[float, float] | None
    """Of the difference; None for fewer than two rows or groups."""
    level: float
    """How sure the interval is."""
    better_in: float
    """Part of the resamples in which the second is the better one."""
    verdict: Verdict
    """Of the second model."""

    @property
    def sentence(self) -> str:
        """What it comes to, in words."""
        values = f"{self.metric} {self.second_value:.3f} against {self.first_value:.3f}"
        if self.interval is None:
            return f"Too few rows to tell {self.second} from {self.first}: {values}."
        low, high = self.interval
        spread = f"{self.difference:+.3f}, {100 * self.level:.3g} % interval {low:+.3f} to {high:+.3f}"
        if self.verdict == "undecided":
            return f"These rows do not tell {self.second} from {self.first}: {values} ({spread})."
        return f"{self.second} is {self.verdict} than {self.first}: {values} ({spread})."


def compare_scores(
    first: tuple[str, Score],
    second: tuple[str, Score],
    count: int,
    *,
    metric: str,
    mode: str = "max",
    groups: Sequence[Hashable] | None = None,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """Two models over `count` rows: each resample is scored by both, so what makes rows hard for both cancels out.

    `groups` names the group of each row: groups are drawn, since rows of one stand or fall together. `mode`: whether
    a high metric is good (`max`) or a low one (`min`). Source: Efron & Tibshirani 1993, chapter 16; Berg-Kirkpatrick
    et al. 2012 on pairs.
    """
    every = np.arange(count)
    (a, score_a), (b, score_b) = first, second
    members = _members(groups, count)
    drawn: list[float] = []

    def difference(at: Indices) -> float:
        rows = np.concatenate([members[group] for group in at])
        drawn.append(score_b(rows) - score_a(rows))
        return drawn[-1]

    interval = bootstrap_interval(difference, len(members), resamples=resamples, level=level, seed=seed)
    if interval is not None and not np.isfinite(interval).all():
        interval = None
    value_a, value_b = score_a(every), score_b(every)
    sign = -1.0 if mode == "min" else 1.0
    return Difference(
        first=a,
        second=b,
        metric=metric,
        first_value=value_a,
        second_value=value_b,
        difference=value_b - value_a,
        interval=interval,
        level=level,
        better_in=float(np.mean([sign * value > 0 for value in drawn])) if drawn else 0.0,
        verdict=_verdict(interval, sign),
    )


def level_for(comparisons: int, together: float = 0.95) -> float:
    """How sure each of several intervals must be, so that all of them hold at once (Bonferroni)."""
    return 1 - (1 - together) / max(1, comparisons)


def group_count(groups: Sequence[Hashable] | None) -> int | None:
    """How many groups are drawn from; None where rows are."""
    return None if groups is None else len(set(groups))


def _verdict(interval: tuple[float, float] | None, sign: float) -> Verdict:
    if interval is None:
        return "undecided"
    low, high = sorted((sign * interval[0], sign * interval[1]))
    return "better" if low > 0 else "worse" if high < 0 else "undecided"


def _members(groups: Sequence[Hashable] | None, count: int) -> list[Indices]:
    if groups is None:
        return [np.array([at]) for at in range(count)]
    found: dict[Hashable, list[int]] = {}
    for at, group in enumerate(groups):
        found.setdefault(group, []).append(at)
    return [np.array(rows) for rows in found.values()]
