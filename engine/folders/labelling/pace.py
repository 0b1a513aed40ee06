"""How fast somebody labels: breaks do not count."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

BREAK_S = 120.0
"""A gap longer than this is a break, and no time of labelling."""
RECENT = 100
"""Labels that the rate is taken over."""


def labels_per_hour(times: Sequence[float]) -> float | None:
    """The rate over the last labels; gaps that are breaks are left out. None before two labels."""
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[-RECENT:])]
    working = [gap for gap in gaps if 0 <= gap <= BREAK_S]
    total = sum(working)
    return len(working) * 3600.0 / total if total > 0 else None


def balance(counts: Sequence[int]) -> float | None:
    """How evenly labels are spread: Shannon's entropy over its greatest value, 1 for equal counts, 0 for one label.

    `counts` has a number for every label of the taxonomy, those without a folder too. None without any folder.
    """
    total = sum(counts)
    if not total or len(counts) < 2:
        return None
    shares = [count / total for count in counts if count]
    return -sum(share * math.log(share) for share in shares) / math.log(len(counts)) + 0.0
