"""Whether one model is better than another on the same rows: a paired bootstrap of the differences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.evaluation.bootstrap import Indices
from engine.evaluation.detectable import detectable_from_spread
from engine.evaluation.mcnemar import RowTest

Metrics = Callable[[Indices], Mapping[str, float]]
"""Metrics over rows, by their numbers; a row may be drawn more than once."""
Floats = NDArray[np.float64]
Mode = Literal["max", "min"]
"""Whether a high metric is good, or a low one."""
Verdict = Literal["better", "worse", "undecided"]
RESAMPLES = 2000
MOST_UNKNOWN = 0.5
"""Part of the resamples that may say nothing of a metric, such as that of a rare class; beyond it there is no
interval."""
FEW_GROUPS = 10
"""Below this a percentile interval over groups is too narrow (Cameron, Gelbach & Miller 2008)."""
BOOTSTRAP = "paired bootstrap"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of a second model beside that of a first one."""

    metric: str
    mode: Mode
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
    p_value: float | None
    """Two-sided: how surprising so large a difference would be between models of equal merit."""
    test: str
    """What the p-value comes from."""
    detectable: float | None
    """The smallest difference that so many rows could have shown, four times in five; None where nobody can say."""
    verdict: Verdict
    """Of the second model."""


@dataclass(frozen=True)
class Resampled:
    """The metrics of a model on rows, and on resamples of them."""

    values: Mapping[str, float]
    drawn: Mapping[str, Floats]
    """One value per resample; NaN where it says nothing of the metric."""


def resample(
    metrics: Metrics,
    rows: Indices,
    *,
    groups: Sequence[Hashable] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Resampled:
    """A model's metrics over `rows` and over resamples of them, the same ones for every model with the same seed: so
    what makes rows hard for both models cancels out in their differences.

    `groups` names the group of each of `rows`: groups are drawn, since rows of one stand or fall together. Source:
    Efron & Tibshirani 1993, chapter 16; Berg-Kirkpatrick et al. 2012 on pairs.
    """
    values = dict(metrics(rows))
    drawn_from = _Members.of(rows, groups)
    if drawn_from.count < 2:
        return Resampled(values, {})
    draws = np.random.default_rng(seed)
    drawn = {name: np.full(resamples, np.nan) for name in values}
    for number in range(resamples):
        found = metrics(drawn_from.rows_of(draws.integers(0, drawn_from.count, drawn_from.count)))
        for name in drawn.keys() & found.keys():
            drawn[name][number] = found[name]
    return Resampled(values, drawn)


def beside(
    first: Resampled,
    second: Resampled,
    metric: str,
    *,
    mode: Mode = "max",
    level: float = 0.95,
    by_rows: RowTest | None = None,
) -> Difference:
    """A metric of two models that were resampled alike.

    The p-value is that of `by_rows` where the metric is the share of right rows. Else it is the level at which the
    percentile interval would just touch 0, (k + 1)/(R + 1) as in Davison & Hinkley 1997, section 4.2: verdict,
    interval and p-value say the same.
    """
    sign = -1.0 if mode == "min" else 1.0
    drawn = second.drawn.get(metric, np.empty(0)) - first.drawn.get(metric, np.empty(0))
    known = drawn[np.isfinite(drawn)]
    enough = len(known) >= 2 and len(known) >= (1 - MOST_UNKNOWN) * len(drawn)
    difference = second.values[metric] - first.values[metric]
    interval = _interval(known, level) if enough else None
    if by_rows is not None:
        p_value: float | None = by_rows.p_value
        test, shown = by_rows.test, by_rows.detectable
        verdict = _verdict_of(by_rows.p_value, sign * difference, level)
    else:
        p_value = _p_value(known) if enough else None
        test, shown = BOOTSTRAP, detectable_from_spread(float(known.std(ddof=1)), level=level) if enough else None
        verdict = _verdict(interval, sign)
    return Difference(
        metric=metric,
        mode=mode,
        first_value=first.values[metric],
        second_value=second.values[metric],
        difference=difference,
        interval=interval,
        level=level,
        better_in=float(np.mean(sign * known > 0)) if len(known) else 0.0,
        p_value=p_value,
        test=test,
        detectable=shown,
        verdict=verdict,
    )


def level_for(comparisons: int, together: float = 0.95) -> float:
    """How sure each of several intervals must be, so that all of them hold at once (Bonferroni)."""
    return 1 - (1 - together) / max(1, comparisons)


def group_count(groups: Sequence[Hashable] | None) -> int | None:
    """How many groups are drawn from; None where rows are."""
    return None if groups is None else len(set(groups))


def _interval(drawn: Floats, level: float) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _p_value(drawn: Floats) -> float:
    tail = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (len(drawn) + 1))


def _verdict(interval: tuple[float, float] | None, sign: float) -> Verdict:
    if interval is None:
        return "undecided"
    low, high = sorted((sign * interval[0], sign * interval[1]))
    return "better" if low > 0 else "worse" if high < 0 else "undecided"


def _verdict_of(p_value: float, gain: float, level: float) -> Verdict:
    if p_value > 1 - level + 1e-12 or gain == 0:
        return "undecided"
    return "better" if gain > 0 else "worse"


@dataclass(frozen=True)
class _Members:
    """Rows, those of a group side by side."""

    rows: Indices
    starts: Indices
    sizes: Indices

    @classmethod
    def of(cls, rows: Indices, groups: Sequence[Hashable] | None) -> _Members:
        """Without groups each row is its own."""
        if groups is None:
            return cls(rows, np.arange(len(rows)), np.ones(len(rows), dtype=np.int64))
        found: dict[Hashable, list[int]] = {}
        for row, group in zip(rows.tolist(), groups, strict=True):
            found.setdefault(group, []).append(row)
        sizes = np.array([len(inside) for inside in found.values()], dtype=np.int64)
        together = [row for inside in found.values() for row in inside]
        return cls(np.array(together, dtype=np.int64), np.cumsum(sizes) - sizes, sizes)

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.starts)

    def rows_of(self, groups: Indices) -> Indices:
        """The rows of some groups, by their numbers."""
        sizes = self.sizes[groups]
        ends = np.cumsum(sizes)
        return self.rows[np.repeat(self.starts[groups] - (ends - sizes), sizes) + np.arange(ends[-1])]
