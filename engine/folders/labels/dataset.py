"""Labelled folders → a dataset of text classification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.datasets.store import Dataset, write_dataset
from engine.errors import DataError
from engine.folders.labels.settle import settle_splits
from engine.folders.labels.splits import Splittable, Splitting, settle
from engine.folders.profile import TASK, Classifier
from engine.folders.samples.text import text_of
from engine.folders.samples.training_db import SPLITS, Label

if TYPE_CHECKING:
    from engine.folders.samples.sample import TrainingSample
    from engine.folders.samples.training_db import TrainingDb
    from engine.profiles.taxonomies import Taxonomy
    from engine.workspace import Workspace

Row = dict[str, Any]


def make_dataset(
    db: TrainingDb,
    workspace: Workspace,
    classifier: Classifier,
    taxonomies: Mapping[str, Taxonomy],
    *,
    how: Splitting,
    anew: bool = False,
    mapped: bool = False,
) -> Dataset:
    """Store the labelled folders of the classifier's taxonomy as a dataset, the newest import of its model.

    Splits are those of the labels, those that have none get one by `how`; `anew` draws all of them by `how` for this
    dataset alone, and leaves the labels as they are. With `mapped`, labels of other taxonomies that have a
    counterpart in this one count where a folder has no label of its own. Raises DataError where too few are there.
    """
    taxonomy = classifier.taxonomy
    if not anew:
        settle_splits(db, taxonomy, how)
    labels = db.labels(taxonomy)
    if mapped:
        labels = {**mapped_labels(db, taxonomy, taxonomies), **labels}
    strange = sorted({label.label for label in labels.values()} - set(taxonomies[taxonomy].labels))
    if strange:
        raise DataError(
            f"{strange[0]!r} is no label of {taxonomy} (any more)",
            where=str(db.path),
            fix="add it to the profile, or apply a sheet that corrects it",
        )
    samples = {number: db.sample(number) for number in labels}
    known = {} if anew else {number: label.split for number, label in labels.items() if label.split}
    rows = [Splittable(number, samples[number].creator, label.label) for number, label in labels.items()]
    split_of = settle(rows, known, how)
    splits = _rows(samples, labels, split_of, classifier.template)
    _check(splits, taxonomy, db)
    return write_dataset(
        workspace,
        task=TASK,
        profile=classifier.model.profile,
        model=classifier.model.model,
        splits=splits,
        classes={
            split: dict(sorted(Counter(row["label"] for row in part).items())) for split, part in splits.items()
        },
        source="import",
        seed=how.seed,
        origins=[{"training_db": str(db.path.absolute()), "root": db.fact("root"), "snapshot": db.fact("snapshot")}],
        notes={
            "taxonomy": taxonomy,
            "template": classifier.template,
            "split": f"by {how.by}, anew" if anew else f"of the labels, by {how.by}",
            "mapped": sum(label.taxonomy != taxonomy for label in labels.values()),
            "import": _said(splits),
        },
    )


def mapped_labels(db: TrainingDb, taxonomy: str, taxonomies: Mapping[str, Taxonomy]) -> dict[int, Label]:
    """Labels of other taxonomies in the words of this one, where the profile maps them; the newest of each folder.
    They keep the name of the taxonomy that they come from."""
    found: dict[int, Label] = {}
    for other, its in taxonomies.items():
        mapping = its.mappings.get(taxonomy, {})
        for number, label in db.labels(other).items() if mapping else ():
            there = found.get(number)
            if label.label in mapping and (there is None or there.at < label.at):
                found[number] = Label(
                    number, other, mapping[label.label], label.split, label.source, label.who, label.at
                )
    return found


def _rows(
    samples: Mapping[int, TrainingSample], labels: Mapping[int, Label], split_of: Mapping[int, str], template: str
) -> dict[str, list[Row]]:
    trained_on = {samples[number].creator for number, split in split_of.items() if split == "train"}
    splits: dict[str, list[Row]] = {split: [] for split in SPLITS}
    for number in sorted(labels):
        sample, split = samples[number], split_of[number]
        row = {
            "text": text_of(sample, template),
            "label": labels[number].label,
            "group": sample.creator,
            "path": sample.shown,
        }
        if split != "train":
            row["slice"] = "seen" if sample.creator in trained_on else "unseen"
        splits[split].append(row)
    return splits


def _check(splits: Mapping[str, Sequence[Row]], taxonomy: str, db: TrainingDb) -> None:
    empty = next((split for split in SPLITS if not splits[split]), None)
    if empty is not None:
        labelled = sum(map(len, splits.values()))
        raise DataError(
            f"{labelled} folders are labelled in {taxonomy}, and none of them is left for {empty}",
            where=str(db.path),
            fix="label folders of more creators (three at least), or say --anew --split-by plain",
        )
    if len({row["label"] for row in splits["train"]}) < 2:
        raise DataError(
            f"the folders to train on have one label alone, {splits['train'][0]['label']}",
            where=str(db.path),
            fix="label folders of other kinds",
        )


def _said(splits: Mapping[str, Sequence[Row]]) -> list[str]:
    """What is worth knowing of the splits, in words."""
    said = []
    texts = {split: {row["text"] for row in rows} for split, rows in splits.items()}
    creators = {split: {row["group"] for row in rows} for split, rows in splits.items()}
    for split in ("validation", "test"):
        same = len(texts["train"] & texts[split])
        both = len(creators["train"] & creators[split])
        if same:
            said.append(f"{same} texts of {split} stand in train too")
        if both:
            said.append(f"{both} creators of {split} stand in train too")
        unseen = sorted({row["label"] for row in splits[split]} - {row["label"] for row in splits["train"]})
        if unseen:
            said.append(f"{split} has labels that train has not: {', '.join(unseen)}")
    return said
