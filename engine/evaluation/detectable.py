"""The smallest difference that so many rows could have shown: what keeps "not told apart" from being read as "equal".

Pure. Two-sided, by default at 5 % with a power of 80 %: a true difference of this size would be seen in four of five
such sets of rows.
"""

from __future__ import annotations

import math
from statistics import NormalDist

NO_SPREAD = 1e-12
"""What rounding makes of differences that are all the same."""
POWER = 0.8
"""Source: Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, section 2.4."""


def detectable_from_discordance(
    discordant: int, rows: int, *, level: float = 0.95, power: float = POWER
) -> float | None:
    """The smallest difference between two shares of right rows that McNemar's test would show, where `discordant` of
    `rows` are right for one model alone; None where no difference could be shown.

    Solved for the difference from Connor 1987 (Biometrics 43, 207), formula for the number of pairs. Where few rows
    are discordant the exact test sets the bound: with fewer of them, all in one direction, it is never significant.
    """
    fewest = fewest_discordant(level)
    if rows < fewest:
        return None
    share = discordant / rows
    z_level, z_power = _quantiles(level, power)
    inside = rows + z_power**2 - z_level**2
    if inside <= 0:
        return None
    shown = math.sqrt(share) * (z_level * math.sqrt(rows) + z_power * math.sqrt(inside)) / (rows + z_power**2)
    shown = max(shown, fewest / rows)
    return shown if shown <= 1 else None


def detectable_from_spread(standard_error: float, *, level: float = 0.95, power: float = POWER) -> float | None:
    """The smallest difference that would be shown where differences scatter by `standard_error`; None where they do
    not scatter at all, or nobody knows how much."""
    if not math.isfinite(standard_error) or standard_error < NO_SPREAD:
        return None
    return sum(_quantiles(level, power)) * standard_error


def fewest_discordant(level: float = 0.95) -> int:
    """How many discordant rows, all in one direction, make the exact test significant: 2 · 0.5ⁿ ≤ 1 − level."""
    return math.ceil(math.log2(2 / (1 - level)) - 1e-9)


def _quantiles(level: float, power: float) -> tuple[float, float]:
    normal = NormalDist()
    return normal.inv_cdf((1 + level) / 2), normal.inv_cdf(power)
