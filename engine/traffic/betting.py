"""The sequential test: bets against «the candidate is no better», whose winnings are evidence at any time.

Each labelled outcome gives an unbiased estimate Z of the difference candidate − production in the share of right
answers. A bettor who stakes the part λ of the capital on «the difference is above m» has

    capital = ∏ (1 + λ (Z − m)),

which is not expected to grow while the difference is m or less, so by Ville's inequality it reaches 1/α with a
probability of at most α, however often one looks. The mean capital of several bettors has the same property, and
depends on the counts of outcomes alone, not on their order.

Two arms: a key falls to the candidate with probability π by its hash, Z = (y − c)/π for the candidate's answer and
−(y − c)/(1 − π) for production's, y being 1 when it was right. This is right whatever the rows are like and however
that changes over time, since only the assignment is random; π may change from one step to the next. With λ = δπ(1−π)
at m = 0 it is the e-variable of Turner, Ly & Grünwald, «Generic E-variables for exact sequential k-sample tests that
allow for optional stopping» (JSPI 230, 2024), for rates around c that differ by δc(1−c).

Pairs: Z is 1, 0 or −1 as the candidate alone, both or neither, or production alone was right; at m = 0 only
discordant pairs count.

Bets, their limits and the interval: Waudby-Smith & Ramdas, «Estimating means of bounded random variables by betting»
(JRSS B 86, 2024). Inverse propensities: Waudby-Smith et al., «Anytime-valid off-policy inference for contextual
bandits» (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.traffic.deployment import WHOLE
from engine.traffic.evidence import Pairs, Stratum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

Side = Literal["above", "below"]
BASELINES = (0.1, 0.4, 0.7, 0.88, 0.96)
"""c: rates of right answers around which bettors expect the two; a wrong guess costs growth, never validity."""
LOG_ODDS = (0.07, 0.16, 0.37, 0.85, 2.0)
"""δ: differences that bettors hope for: from 1 in 100 to everything."""
PAIR_BETS = (0.03, 0.07, 0.15, 0.3, 0.55, 0.85)
"""λ for pairs: how one-sided discordant pairs are hoped to be."""
LARGEST_STAKE = 0.95
"""Part of the capital that the worst outcome may take."""
_HALVINGS = 40


@dataclass(frozen=True)
class Table:
    """What bettors (rows) make of the kinds of outcomes (columns)."""

    values: Matrix
    """Z: the estimate of the difference that an outcome gives."""
    bets: Matrix
    """λ before it is limited."""
    least: Matrix
    """The least Z that could have come in the same place."""
    most: Matrix


def split_table(shares: Sequence[float]) -> Table:
    """Of two arms; columns: for each share (per cent, between 0 and 100) the outcomes of `counts_of`."""
    import numpy as np

    expected, hoped = (part.reshape(-1, 1, 1) for part in np.meshgrid(BASELINES, LOG_ODDS))
    part = np.asarray(shares, dtype=np.float64).reshape(1, -1, 1) / WHOLE
    right = np.array([0.0, 1.0])
    production = -(right - expected) / (1 - part)
    candidate = (right - expected) / part
    values = np.concatenate([production, candidate], axis=2)
    flat = (len(BASELINES) * len(LOG_ODDS), -1)

    def whole(each: Matrix) -> Matrix:
        return np.broadcast_to(each, values.shape).reshape(flat)

    return Table(
        values=values.reshape(flat),
        bets=whole(hoped * part * (1 - part)),
        least=whole(values.min(axis=2, keepdims=True)),
        most=whole(values.max(axis=2, keepdims=True)),
    )


def counts_of(strata: Sequence[Stratum]) -> list[int]:
    """Outcomes in the order of the columns: production wrong, right, candidate wrong, right, at each share."""
    return [
        count
        for stratum in strata
        for arm in (stratum.production, stratum.candidate)
        for count in (arm.wrong, arm.right)
    ]


def pair_table() -> Table:
    """Of pairs; columns: only production right, both or neither, only the candidate."""
    import numpy as np

    bets = np.array(PAIR_BETS).reshape(-1, 1)
    values = np.broadcast_to(np.array([-1.0, 0.0, 1.0]), (len(bets), 3))
    return Table(values, np.broadcast_to(bets, values.shape), np.full_like(values, -1.0), np.full_like(values, 1.0))


def pair_counts_of(pairs: Pairs) -> list[int]:
    """Pairs in the order of the columns."""
    return [pairs.only_production, pairs.both + pairs.neither, pairs.only_candidate]


def growth(table: Table, side: Side, at: float = 0.0) -> Matrix:
    """Factor by which each outcome changes the capital of each bettor on «the difference is above (below) `at`»."""
    import numpy as np

    sign = 1.0 if side == "above" else -1.0
    worst = table.least if side == "above" else -table.most
    stakes = np.minimum(table.bets, LARGEST_STAKE / (sign * at - worst))
    return 1.0 + stakes * sign * (table.values - at)


def log_capital(table: Table, counts: Sequence[int], side: Side, at: float = 0.0) -> float:
    """Logarithm of the mean capital after all outcomes."""
    import numpy as np

    logs = np.log(growth(table, side, at)) @ np.asarray(counts, dtype=np.float64)
    most = float(logs.max())
    return most + float(np.log(np.exp(logs - most).mean()))


def bound(tables: Sequence[tuple[Table, Sequence[int]]], side: Side, alpha: float) -> float:
    """`above`: the difference above which the true one lies, at the level `alpha` at all times at once; `below`: the
    one under which it lies. Independent tables multiply. Each capital falls steadily with `at` (rises, `below`)."""
    import math

    inside, outside = (1.0, -1.0) if side == "above" else (-1.0, 1.0)
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        won = sum(log_capital(table, counts, side, middle) for table, counts in tables)
        if won >= math.log(1 / alpha):
            outside = middle
        else:
            inside = middle
    return outside
