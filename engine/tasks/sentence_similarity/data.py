"""Examples of sentence similarity: what a row must be, and counts."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence

from engine.tasks.contract import Row

BANDS = (0.2, 0.4, 0.6, 0.8)
"""Upper bounds of the score bands in which pairs are counted; the last band goes to 1."""


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words; None when it can be used."""
    for name in ("a", "b"):
        text = row.get(name)
        if not isinstance(text, str) or not text.strip():
            return f"`{name}` must be a text that is not empty"
    score = row.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
        return "`score` must be a number from 0 to 1"
    if not 0 <= score <= 1:
        return f"`score` is {score:g}, and must be from 0 to 1"
    return None


def count_classes(rows: Sequence[Row]) -> dict[str, int]:
    """Pairs per score band: `0.0-0.2` … `0.8-1.0`."""
    edges = (0.0, *BANDS, 1.0)
    names = [f"{low:.1f}-{high:.1f}" for low, high in itertools.pairwise(edges)]
    counts = Counter(names[sum(row["score"] >= bound for bound in BANDS)] for row in rows)
    return {name: counts[name] for name in names}
