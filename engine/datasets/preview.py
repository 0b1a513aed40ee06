"""What a dataset would hold, as one JSON document: counts, classes and ten examples. Imports nothing heavy."""

from __future__ import annotations

from typing import Any

import msgspec

Row = dict[str, Any]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would be made. Pictures stand in the rows as data URLs: nothing of them lies anywhere."""

    profile: str
    model: str
    task: str
    counts: dict[str, int]
    """Rows per split."""
    classes: dict[str, dict[str, int]]
    """Split → class → examples."""
    examples: list[Row]
    """Ten rows of the first split, from all over it."""
    whole: bool = True
    """Whether counts and classes are those that the dataset will have; else those of a smaller one like it."""
    exists: str = ""
    """The dataset that is there already, where making it again would make nothing new."""
    seed: int | None = None
    formats: list[str] = []
    """Formats of the sources, as they were told or given."""
    skipped: int = 0
    """Bad rows left out."""
    problems: list[str] = []
    """The first of them: file, line, what is wrong."""
    notes: list[str] = []
