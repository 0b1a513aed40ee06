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
            return f"`{field}` must be a text that is not empty"
    return None


def count_classes(rows: Sequence[Row]) -> dict[str, int]:
    """How many texts each label has."""
    return dict(sorted(Counter(row["label"] for row in rows).items()))


def labels_to_learn(rows: Sequence[Row], wanted: Sequence[str] | None) -> list[str]:
    """Labels that these rows can teach: those of `wanted` in its order, or all that occur, sorted."""
    there = {row["label"] for row in rows}
    return [label for label in wanted if label in there] if wanted else sorted(there)
