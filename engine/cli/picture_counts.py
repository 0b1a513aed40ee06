"""What `engine data show` prints of labelled pictures: they have many labels, so these go down the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.cli.output import print_table
from engine.datasets.picture_counts import count_pictures
from engine.datasets.store import Dataset

MOST_LABELS, MOST_VALUES = 40, 8


def print_picture_counts(dataset: Dataset) -> None:
    """Labels, groups, slices and conditions by split."""
    splits, classes = dataset.splits, dataset.manifest.classes
    labels = sorted({label for counts in classes.values() for label in counts})
    by_label = {label: {split: classes.get(split, {}).get(label, 0) for split in splits} for label in labels}
    counts = count_pictures(dataset)
    rows: list[list[str | int]] = [["pictures", "", *dataset.manifest.counts.values()]]
    rows += [["labels", "", *(sum(bool(classes.get(split, {}).get(label)) for label in labels) for split in splits)]]
    if counts.groups:
        rows.append(["groups", "", *counts.groups.values()])
    rows += _down("slice", counts.slices, splits)
    rows += _down("label", by_label, splits, MOST_LABELS)
    for column, values in counts.conditions.items():
        rows += _down(column, values, splits, MOST_VALUES)
    print_table(["", "", *splits], rows)
    if counts.torn_groups:
        print(f"\n{counts.torn_groups} groups stand in several splits")


def _down(
    name: str, values: Mapping[str, Mapping[str, int]], splits: Sequence[str], most: int | None = None
) -> list[list[str | int]]:
    all_differ = most is not None and len(values) > most and max(sum(own.values()) for own in values.values()) == 1
    shown = [] if all_differ else list(values)[:most]
    rows: list[list[str | int]] = [
        [name, value, *(values[value].get(split, 0) for split in splits)] for value in shown
    ]
    rest = list(values)[len(shown) :]
    if rest:
        sums = [sum(values[value].get(split, 0) for value in rest) for split in splits]
        rows.append([name, f"({len(rest)} {'more' if shown else 'values'})", *sums])
    return rows
