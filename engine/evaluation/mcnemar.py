"""Whether one classifier is right more often than another on the same rows. Pure, of the standard library and numpy.

Rows that both get right or both get wrong say nothing. Source: McNemar 1947 (Psychometrika 12, 153); the exact form
and the bound of 25: Edwards 1948 (continuity correction), Dietterich 1998, "Approximate Statistical Tests".
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.evaluation.detectable import detectable_from_discordance, detectable_from_spread

Booleans = NDArray[np.bool_]
FEW_DISCORDANT = 25
"""Below this the chi-square approximation is poor, and the binomial is summed up."""
EXACT = "McNemar's test, exact"
CORRECTED = "McNemar's test, χ² with continuity correction"
OVER_GROUPS = "exact permutation test over groups"


class RowTest(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that one of two models alone got right."""

    test: str
    p_value: float
    """Two-sided: how often models of equal merit would lie so far apart."""
    rows: int
    fixed: int
    """The first wrong, the second right."""
    broken: int
    """The first right, the second wrong."""
    detectable: float | None
    """The smallest difference in the share of right rows that these rows could have shown."""


def compare_rows(
    first: Booleans, second: Booleans, *, groups: Sequence[Hashable] | None = None, level: float = 0.95
) -> RowTest:
    """Two models that were right or wrong on the same rows.

    McNemar's test takes rows for independent. With `groups`, rows of one stand or fall together, and the test asks
    how far apart the models would lie had the two changed places in each group by the toss of a coin (Fisher's
    randomisation test on the groups' sums). With groups of one row that is McNemar's exact test.
    """
    fixed, broken = int((second & ~first).sum()), int((first & ~second).sum())
    if groups is not None:
        sums = _sums(second.astype(np.int64) - first.astype(np.int64), groups)
        spread = math.sqrt(float((sums**2).sum())) / max(1, len(first))
        shown = detectable_from_spread(spread, level=level)
        test, p_value = OVER_GROUPS, permutation_p_value(sums)
    else:
        shown = detectable_from_discordance(fixed + broken, len(first), level=level)
        if fixed + broken < FEW_DISCORDANT:
            test, p_value = EXACT, exact_p_value(fixed, broken)
        else:
            test, p_value = CORRECTED, corrected_p_value(fixed, broken)
    return RowTest(test=test, p_value=p_value, rows=len(first), fixed=fixed, broken=broken, detectable=shown)


def exact_p_value(fixed: int, broken: int) -> float:
    """Two-sided binomial at a half: twice the smaller tail."""
    of = fixed + broken
    tail = sum(math.comb(of, count) for count in range(min(fixed, broken) + 1))
    return min(1.0, 2 * tail / 2**of)


def corrected_p_value(fixed: int, broken: int) -> float:
    """Chi-square of one degree of freedom, with the continuity correction of Edwards 1948."""
    if fixed + broken == 0:
        return 1.0
    statistic = max(0, abs(fixed - broken) - 1) ** 2 / (fixed + broken)
    return math.erfc(math.sqrt(statistic / 2))


def permutation_p_value(sums: NDArray[np.int64]) -> float:
    """How often the sum of `sums`, each with a sign by the toss of a coin, lies as far from 0 as with its own sign.

    Exact: the distribution is built up value by value, not drawn.
    """
    sizes = np.abs(sums[sums != 0])
    total, observed = int(sizes.sum()), abs(int(sums.sum()))
    # At `k` the probability that the values with a plus sum up to k: the signed sum is 2k − total.
    chance = np.zeros(total + 1)
    chance[0] = 1.0
    for size in sizes.tolist():
        moved = np.zeros_like(chance)
        moved[size:] = chance[: len(chance) - size]
        chance = (chance + moved) / 2
    far = np.abs(2 * np.arange(total + 1) - total) >= observed
    return min(1.0, float(chance[far].sum()))


def _sums(values: NDArray[np.int64], groups: Sequence[Hashable]) -> NDArray[np.int64]:
    """Of each group."""
    numbers: dict[Hashable, int] = {}
    at = np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)
    sums = np.zeros(len(numbers), dtype=np.int64)
    np.add.at(sums, at, values)
    return sums
