"""How many pictures each label has, and where that is too few to learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.curation.findings import Entry

LEAST_TO_COMPARE = 2
"""A contrastive loss pulls a picture towards others of its label: one alone has none."""
LEAST_TO_LEARN = 8
"""Pictures below which a margin between classes (ArcFace) follows single pictures."""
UNEVEN = 10.0
"""Largest class beside the smallest, from which on batches should be drawn class by class."""


@dataclass(frozen=True)
class Balance:
    """Rows by label and split."""

    counts: dict[str, dict[str, int]]
    """Label → split → rows."""
    splits: tuple[str, ...]
    warnings: tuple[str, ...]


def balance_of(entries: Sequence[Entry], splits: Sequence[str]) -> Balance:
    """Counts of every label, the rarest in training first, and what they mean."""
    tally = Counter((entry.label, entry.split) for entry in entries)
    labels = sorted({entry.label for entry in entries}, key=lambda label: (tally[label, "train"], label))
    counts = {label: {split: tally[label, split] for split in splits} for label in labels}
    return Balance(counts, tuple(splits), tuple(_warnings(counts, "train" in splits)))


def _warnings(counts: dict[str, dict[str, int]], has_training: bool) -> list[str]:
    if not has_training:
        return []
    train = {label: per_split["train"] for label, per_split in counts.items()}
    said = []
    for noun, labels in (
        ("have no picture in train", [label for label, count in train.items() if not count]),
        (
            f"have fewer than {LEAST_TO_COMPARE} in train, so that no loss can compare them with their own kind",
            [label for label, count in train.items() if 0 < count < LEAST_TO_COMPARE],
        ),
        (
            f"have fewer than {LEAST_TO_LEARN} in train, which is few for a margin or a softmax",
            [label for label, count in train.items() if LEAST_TO_COMPARE <= count < LEAST_TO_LEARN],
        ),
    ):
        if labels:
            said.append(f"{len(labels)} of {len(train)} labels {noun}: {_listed(labels)}")
    present = {label: count for label, count in train.items() if count}
    if present and max(present.values()) >= UNEVEN * min(present.values()):
        most, least = max(present, key=present.__getitem__), min(present, key=present.__getitem__)
        said.append(
            f"{most} has {present[most]} pictures in train and {least} {present[least]}: weigh the classes, or draw "
            "batches class by class"
        )
    return said


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:8]) + (f" and {len(labels) - 8} more" if len(labels) > 8 else "")
