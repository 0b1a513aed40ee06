"""Rows of the task `noop`: `{"text": …, "label": "even" | "odd"}`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.tasks.contract import Row

LABELS = ("even", "odd")


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words."""
    if not isinstance(row.get("text"), str):
        return "the field text is missing or no text"
    if row.get("label") not in LABELS:
        return f"the label is {row.get('label')!r}, not one of {', '.join(LABELS)}"
    return None


def count_classes(rows: Sequence[Row]) -> dict[str, int]:
    """Examples per label."""
    return dict(sorted(Counter(row["label"] for row in rows).items()))
