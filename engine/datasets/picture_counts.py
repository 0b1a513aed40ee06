"""How groups, conditions and slices of labelled pictures are spread over the splits of a dataset."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from engine.datasets.store import Dataset


@dataclass(frozen=True)
class PictureCounts:
    """Counts of the rows of a dataset; each inner mapping goes by split."""

    groups: dict[str, int]
    """How many groups there are; empty where no row has one."""
    torn_groups: int
    """Groups that stand in several splits."""
    slices: dict[str, dict[str, int]]
    conditions: dict[str, dict[str, dict[str, int]]]
    """Column → value → split → pictures; the most frequent values first."""


def count_pictures(dataset: Dataset) -> PictureCounts:
    """Read every row once. Raises DataError for one that is no JSON object."""
    owners: dict[str, set[str]] = {}
    slices: dict[str, Counter[str]] = {}
    conditions: dict[str, dict[str, Counter[str]]] = {}
    for split in dataset.splits:
        for row in dataset.iterate(split):
            if "group" in row:
                owners.setdefault(row["group"], set()).add(split)
            if "slice" in row:
                slices.setdefault(row["slice"], Counter())[split] += 1
            for column, value in row.get("conditions", {}).items():
                conditions.setdefault(column, {}).setdefault(value, Counter())[split] += 1
    groups = Counter(split for own in owners.values() for split in own)
    return PictureCounts(
        groups={split: groups[split] for split in dataset.splits} if owners else {},
        torn_groups=sum(len(own) > 1 for own in owners.values()),
        slices={name: dict(counts) for name, counts in sorted(slices.items())},
        conditions={column: _frequent_first(values) for column, values in conditions.items()},
    )


def _frequent_first(values: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {value: dict(values[value]) for value in sorted(values, key=lambda one: (-values[one].total(), one))}
