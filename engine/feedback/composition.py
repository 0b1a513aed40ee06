"""The dataset of a training on feedback: feedback and replay to learn from, old and new images to be measured on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.datasets.files import FOLDER
from engine.datasets.store import Dataset, write_dataset
from engine.errors import InputError
from engine.evaluation.forgetting import FEEDBACK, ORIGINAL
from engine.evaluation.slices import NEW_LABELS
from engine.feedback.forms import Form
from engine.feedback.parts import Part, part_of
from engine.feedback.records import Record
from engine.feedback.replay import Row, list_sha256, replay_sample
from engine.feedback.store import Feedback
from engine.privacy.ages import ages_of
from engine.profiles.schema import Privacy
from engine.tasks.catalog import find_task
from engine.workspace import Workspace

SPLITS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class Mixture:
    """In which proportions old and new images are put together."""

    train_replay: float = 1.0
    """Replayed images for each image of feedback that is trained on."""
    replay_floor: int = 10
    """Replayed images that show a class, at least."""
    held_out: float = 0.2
    validation: float = 0.15
    seed: int = 13


@dataclass(frozen=True)
class Composition:
    """The rows of the dataset. Each has a `slice`: `original` or `feedback`."""

    splits: dict[str, list[Row]]
    replay: tuple[str, ...] = ()
    """Images of the original training set that are seen again, named by their content."""
    feedback: dict[str, int] = field(default_factory=dict)
    """Split → images of feedback in it."""
    new_labels: tuple[str, ...] = ()
    """Labels of the feedback that the model does not know."""


def compose(
    original: Mapping[str, Sequence[Row]], records: Sequence[Record], mixture: Mixture, form: Form
) -> Composition:
    """Splits of training, validation and test. The same feedback, original and mixture make the same ones.

    An image of feedback that stands in the original training set is a correction of it and takes its place; one that
    stands in the original validation or test is never trained on.
    """
    measured = {row["image"] for split in ("validation", "test") for row in original.get(split, ())}
    new: dict[str, list[Row]] = {split: [] for split in SPLITS}
    for record in records:
        part = part_of(record.sha256, held_out=mixture.held_out, validation=mixture.validation)
        row = record.row()
        new["test" if record.image in measured else part].append({**row, "slice": FEEDBACK})
    corrected = {record.image for record in records}
    candidates = [row for row in original.get("train", ()) if row["image"] not in corrected]
    wanted = round(mixture.train_replay * len(new["train"]))
    floor = mixture.replay_floor if mixture.train_replay else 0
    replay = replay_sample(candidates, count=wanted, floor=floor, seed=mixture.seed, labels_of=form.labels_of)
    _weigh(new["validation"], len(original.get("validation", ())))
    old: dict[str, Sequence[Row]] = {**{split: original.get(split, ()) for split in SPLITS}, "train": replay}
    return Composition(
        splits={split: [{**row, "slice": ORIGINAL} for row in old[split]] + new[split] for split in SPLITS},
        replay=tuple(row["image"].rsplit("/", 1)[-1] for row in replay),
        feedback={split: len(new[split]) for split in SPLITS},
    )


def _weigh(new: list[Row], old: int) -> None:
    """Let new images count as much as the `old` ones where the best weights are chosen.

    By number alone three new images among hundreds would decide nothing, and whatever moves the model towards them
    would lose against its start.
    """
    weight = max(1, round(old / len(new))) if new else 1
    if weight > 1:
        new[:] = [{**row, "weight": weight} for row in new]


def make_dataset(
    workspace: Workspace,
    original: Dataset,
    feedback: Feedback,
    mixture: Mixture,
    *,
    labels: Sequence[str],
    privacy: Privacy | None = None,
) -> tuple[Dataset, Composition]:
    """Store the dataset; the one that is there already where it would be the same. `labels`: those that the model's
    head has; empty where it has none. Raises InputError when there is nothing to train on, or a class that neither
    the model knows nor the task lets in."""
    manifest = original.manifest
    task = find_task(manifest.task)
    privacy = privacy or Privacy()
    records = [record for record in feedback.current() if record.consent or privacy.consent != "required"]
    whose = f"{manifest.profile}/{manifest.model}"
    if not records:
        fix = f"send some: `engine feedback add FILE` or `engine feedback train {whose.replace('/', ' ')} FILE`"
        raise InputError(f"there is no feedback for {whose}", fix=fix)
    rows: dict[str, list[Row]] = {split: original.rows(split) for split in SPLITS if split in original.splits}
    if not labels:  # a model that compares, and has no head
        labels = sorted({label for row in rows.get("train", ()) for label in feedback.form.labels_of(row)})
    shown = {label for record in records for label in feedback.form.labels_of(record.row())}
    strange = sorted(shown - set(labels))
    if strange and not task.new_labels:
        raise InputError(
            f"the feedback shows {strange[0]!r}, which the model was not trained on ({', '.join(labels)})",
            where=str(feedback.folder),
            fix="train the model anew with data of that class, or correct the feedback",
        )
    made = compose(rows, records, mixture, feedback.form)
    if not made.feedback["train"]:
        raise InputError(
            f"none of the {len(records)} images of feedback for {whose} is left to train on",
            where=f"held_out {mixture.held_out:g}, validation {mixture.validation:g}",
            fix="send more images, or lower these shares with --set feedback.held_out=…",
        )
    dataset = write_dataset(
        workspace,
        task=task.name,
        profile=manifest.profile,
        model=manifest.model,
        splits=made.splits,
        classes={split: task.count_classes(rows) for split, rows in made.splits.items()},
        source="feedback",
        seed=mixture.seed,
        origins=_origins(original, feedback, records),
        notes={**_notes(original, made, mixture), NEW_LABELS: strange, **ages_of(original, records)},
        files=_files(original, feedback),
        encrypt=privacy.encrypt or original.manifest.sealed,
    )
    return dataset, dataclasses.replace(made, new_labels=tuple(strange))


def _origins(original: Dataset, feedback: Feedback, records: Sequence[Record]) -> list[dict[str, Any]]:
    return [
        {"dataset": original.id, "sha256": original.manifest.content_sha256},
        {
            "feedback": str(feedback.folder),
            "images": len(records),
            "sha256": list_sha256([record.key for record in records]),
        },
    ]


def _notes(original: Dataset, made: Composition, mixture: Mixture) -> dict[str, Any]:
    return {
        "train": "slice `feedback`: the newest correction of each image; slice `original`: replay",
        "validation": "all of the original one, and some feedback, of which each image counts `weight` times",
        "test": "slice `original`: the original test split; slice `feedback`: feedback that is never trained on",
        "feedback": made.feedback,
        "held_out": mixture.held_out,
        "validation_share": mixture.validation,
        "replay": {
            "of": original.id,
            "per_image_of_feedback": mixture.train_replay,
            "floor_per_class": mixture.replay_floor,
            "seed": mixture.seed,
            "sha256": list_sha256(made.replay),
            "images": list(made.replay),
        },
    }


def _files(original: Dataset, feedback: Feedback) -> dict[str, bytes | Path]:
    named = {
        Path(row["image"]).name: original.path / row["image"]
        for split in SPLITS
        if split in original.splits
        for row in original.iterate(split)
        if str(row["image"]).startswith(f"{FOLDER}/")
    }
    return {**named, **feedback.files()}
