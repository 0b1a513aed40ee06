"""The split of each label in the training database: what `labels.splits` says, for all taxonomies alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.folders.labels.splits import Splittable, Splitting, settle
from engine.folders.samples.training_db import SPLITS, Label

if TYPE_CHECKING:
    from engine.folders.samples.training_db import TrainingDb


def settle_splits(db: TrainingDb, taxonomy: str, how: Splitting) -> None:
    """Give each label that has none yet a split, such as those of the console."""
    db.put_labels(with_splits(db, [label for label in db.labels(taxonomy).values() if not label.split], how))


def with_splits(db: TrainingDb, labels: Sequence[Label], how: Splitting) -> Iterator[Label]:
    """The labels, those without a split with one. What any taxonomy settled counts in all."""
    stored = [label for taxonomy in db.taxonomies() for label in db.labels(taxonomy).values() if label.split]
    known = {label.sample: label.split for label in [*stored, *labels] if label.split}
    for taxonomy in dict.fromkeys(label.taxonomy for label in labels):
        mine = [label for label in labels if label.taxonomy == taxonomy]
        among = {label.sample: label.label for label in [*stored, *mine]}
        creators = db.creators_of(list(among))
        rows = [Splittable(number, creators[number], label) for number, label in among.items()]
        settled = settle(rows, known, how)
        known |= settled
        yield from (replace(label, split=label.split or settled[label.sample]) for label in mine)


def splits_of(db: TrainingDb, taxonomies: Iterable[str]) -> dict[str, dict[str, int]]:
    """Taxonomy → split → how many labels."""
    made = {}
    for taxonomy in sorted(taxonomies):
        splits = [label.split for label in db.labels(taxonomy).values()]
        made[taxonomy] = {split: splits.count(split) for split in SPLITS}
    return made
