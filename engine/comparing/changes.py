"""The rows where two models differ, in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.comparing.result import ChangedRow, Changes

if TYPE_CHECKING:
    from engine.comparing.held_out import HeldOut
    from engine.evaluation.bootstrap import Indices
    from engine.tasks.comparable import Comparable
    from engine.tasks.contract import Row

MOST_CHANGED = 1000
"""Rows of one direction that are written out."""


def changes(
    first: Comparable, second: Comparable, held_out: HeldOut, kept: Indices
) -> tuple[Changes, Changes] | None:
    """Rows of `kept` that the second model answers better than the first, and worse; None where the task cannot
    say how wrong the answer to a row is."""
    import numpy as np

    if first.errors is None or second.errors is None:
        return None
    gains = first.errors[kept] - second.errors[kept]
    least = max(first.noticeable, second.noticeable)

    def of(size: np.ndarray) -> Changes:
        changed = np.flatnonzero(size > least)
        order = changed[np.argsort(-size[changed], kind="stable")]
        shown = [_changed(first, second, held_out, at) for at in kept[order[:MOST_CHANGED]].tolist()]
        return Changes(count=len(changed), rows=shown)

    return of(gains), of(-gains)


def _changed(first: Comparable, second: Comparable, held_out: HeldOut, at: int) -> ChangedRow:
    assert first.errors is not None and second.errors is not None
    return ChangedRow(
        row=held_out.lines[at],
        asked=_asked_in_words(held_out.rows[at]),
        wanted=first.wanted(at),
        first=first.told(at),
        second=second.told(at),
        first_error=round(float(first.errors[at]), 6),
        second_error=round(float(second.errors[at]), 6),
    )


def _asked_in_words(row: Row) -> str:
    given: Sequence[str] = [row[name] for name in ("text", "image", "a", "b") if isinstance(row.get(name), str)]
    return " | ".join(given)
