"""Rows of text classification: a text and its label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.tasks.contract import Row


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words; None when it can be used."""
    for field in ("text", "label"):
        value = row.get(field)
        if not isinstance(value, str) or not value.strip():
            return f"{field!r} is missing or empty"
    return None


def count_classes(rows: Sequence[Row]) -> dict[str, int]:
    """How many texts each label has."""
    return dict(sorted(Counter(row["label"] for row in rows).items()))
