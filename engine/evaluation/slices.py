"""The slices of a split that was put together of old examples and feedback: which rows belong to which.

original                  the test split of the first training
feedback                  what came from the field and is never trained on
feedback/KIND             of these, what was collected for one reason: failed-recognition, low-confidence …
old identities            people (or classes) that the model knew before the feedback
new identities            those that the feedback brought
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.datasets.store import Dataset
from engine.evaluation.forgetting import FEEDBACK, NEW_IDENTITIES, OLD_IDENTITIES, ORIGINAL

NEW_LABELS = "new_labels"
"""Note of a manifest: labels that came with the feedback."""


def slices_of(rows: Sequence[dict[str, Any]], dataset: Dataset) -> dict[str, list[int]]:
    """Slice → numbers of its rows; a slice without a row is left out. Empty for a split without feedback.

    `dataset` is the one that the rows are of: its manifest says which labels are new. A row may be in several slices.
    """
    found: dict[str, list[int]] = {}
    if not any(row.get("slice") == FEEDBACK for row in rows):
        return found
    new = new_labels_of(dataset)
    for number, row in enumerate(rows):
        for name in _of(row, new):
            found.setdefault(name, []).append(number)
    rank = {ORIGINAL: 0, FEEDBACK: 1, OLD_IDENTITIES: 3, NEW_IDENTITIES: 4}
    return {name: found[name] for name in sorted(found, key=lambda name: (rank.get(name, 2), name))}


def new_labels_of(dataset: Dataset) -> set[str]:
    """Labels that came with the feedback; none where the dataset has no such note."""
    noted = dataset.manifest.notes.get(NEW_LABELS)
    return set(noted) if isinstance(noted, list) else set()


def _of(row: dict[str, Any], new: set[str]) -> list[str]:
    names = [str(row["slice"])] if row.get("slice") in {ORIGINAL, FEEDBACK} else []
    if row.get("slice") == FEEDBACK and row.get("kind"):
        names.append(f"{FEEDBACK}/{row['kind']}")
    return [*names, NEW_IDENTITIES if row.get("label") in new else OLD_IDENTITIES]
