"""How entities go wrong: taken for another type, missed, invented, or cut wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tasks.token_classification.tags import Span

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Confusion:
    """Entities of a split, true against predicted."""

    table: Integers
    """Rows: true types, then invented entities. Columns: predicted types, then missed ones."""
    wrong_boundary: Integers
    """Per true type: found with the right type but the wrong start or end."""


def confuse(truth: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]], types: int) -> Confusion:
    """Pair the entities of each document and count the pairs."""
    table = np.zeros((types + 1, types + 1), dtype=np.int64)
    wrong_boundary = np.zeros(types, dtype=np.int64)
    for wanted, got in zip(truth, predicted, strict=True):
        for one, other in pair(wanted, got):
            table[one.label if one else types, other.label if other else types] += 1
            if one and other and one.label == other.label and one != other:
                wrong_boundary[one.label] += 1
    return Confusion(table, wrong_boundary)


def pair(wanted: Sequence[Span], got: Sequence[Span]) -> list[tuple[Span | None, Span | None]]:
    """Each true and each predicted entity once, with its counterpart: the same characters first, then the
    largest overlap; without one it was missed or invented."""
    candidates = sorted(
        (
            (_likeness(one, other), one, other)
            for one in wanted
            for other in got
            if one.start < other.end and other.start < one.end
        ),
        key=lambda candidate: (-candidate[0], candidate[1], candidate[2]),
    )
    pairs: list[tuple[Span | None, Span | None]] = []
    used: set[tuple[str, Span]] = set()
    for _, one, other in candidates:
        if ("wanted", one) not in used and ("got", other) not in used:
            used |= {("wanted", one), ("got", other)}
            pairs.append((one, other))
    pairs += [(one, None) for one in wanted if ("wanted", one) not in used]
    pairs += [(None, other) for other in got if ("got", other) not in used]
    return pairs


def _likeness(one: Span, other: Span) -> float:
    """Overlap in characters over union; the same type decides between equals."""
    overlap = min(one.end, other.end) - max(one.start, other.start)
    union = max(one.end, other.end) - min(one.start, other.start)
    return overlap / union + (1e-6 if one.label == other.label else 0.0)
