"""The report of a detector on a split."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.datasets.store import Dataset
from engine.errors import DataError
from engine.evaluation.bootstrap import bootstrap_intervals
from engine.evaluation.report import Picture, Report
from engine.evaluation.targets import KEPT_START, target_notes
from engine.labelled_pictures import picture_path
from engine.tasks.contract import Row
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.confusion import outcome
from engine.tasks.object_detection.matching import Boxes
from engine.tasks.object_detection.metrics import Measured
from engine.tasks.object_detection.misses import picture_name, pictures_of, worst_misses
from engine.tasks.object_detection.tables import calibration, classes, confusion, curves, curves_picture, sides
from engine.tasks.object_detection.tiles import Tiling

MANY_PREDICTIONS = 100_000
RESAMPLES, FEW_RESAMPLES = 1000, 200
"""Of the bootstrap; the second where each resample takes long."""
MOST_SLICES = 8


class Card(Protocol):
    """What the report reads of a model's card."""

    @property
    def labels(self) -> list[str]: ...
    @property
    def thresholds(self) -> dict[str, float]: ...
    @property
    def targets(self) -> list[dict[str, Any]]: ...
    @property
    def dataset(self) -> str: ...
    @property
    def baseline(self) -> dict[str, dict[str, float]]: ...
    @property
    def kept_start(self) -> bool: ...
    @property
    def tiling(self) -> Tiling | None: ...


def evaluate(model: Path, dataset: Dataset, split: str, device: str) -> Report:
    """Metrics with intervals, slices, curves, confusion and the worst misses of a model directory on a split."""
    # Imports the training libraries; what makes the report of the predictions does not.
    from engine.tasks.object_detection.predict import load

    rows = dataset.rows(split)
    if not rows:
        raise DataError(f"the split {split!r} has no images", where=str(dataset.path))
    predictor = load(model, device)
    paths = [picture_path(dataset.path, row) for row in rows]
    predictions = predictor.detect([{"image": str(path)} for path in paths])
    return report_of(dataset, split, rows, paths, predictions, predictor.card)


def report_of(
    dataset: Dataset, split: str, rows: Sequence[Row], paths: Sequence[Path], predictions: Sequence[Row], card: Card
) -> Report:
    """The report of these predictions, one per row; `paths` are the rows' images."""
    labels, thresholds = card.labels, card.thresholds
    truth, predicted = Boxes.of_rows(rows, labels), Boxes.of_rows(predictions, labels)
    measured = Measured.of(truth, predicted, labels, len(rows))
    metrics = measured.values(thresholds)
    slices = _slices(measured, rows, dataset, thresholds)
    intervals = _intervals(measured, thresholds, len(predicted))
    result = outcome(truth, predicted, labels, thresholds)
    misses = worst_misses(result, labels)
    drawn = pictures_of(misses, dict(enumerate(paths)))
    own_baseline = dataset.id == card.dataset and split in card.baseline
    return Report(
        task=TASK.name,
        dataset=dataset.id,
        split=split,
        examples=len(rows),
        metrics={**metrics},
        intervals=intervals,
        slices=slices,
        baseline={**card.baseline[split]} if own_baseline else {},
        tables=[
            classes(measured, thresholds),
            sides(measured, thresholds),
            confusion(result, labels),
            curves(measured),
            calibration(measured),
        ],
        errors=[_error(at, miss, rows, drawn) for at, miss in enumerate(misses, 1)],
        notes=_notes(card, metrics, slices, intervals, rows),
        pictures=[curves_picture(measured, thresholds), *drawn],
    )


def _intervals(measured: Measured, thresholds: dict[str, float], predictions: int) -> dict[str, tuple[float, float]]:
    """95 % intervals over images: the boxes of one stand or fall together."""

    def of_drawn(images: NDArray[np.int64]) -> dict[str, float]:
        return measured.values(thresholds, np.bincount(images, minlength=measured.images))

    resamples = FEW_RESAMPLES if predictions > MANY_PREDICTIONS else RESAMPLES
    return bootstrap_intervals(of_drawn, measured.images, resamples=resamples)


def _slices(
    measured: Measured, rows: Sequence[Row], dataset: Dataset, thresholds: dict[str, float]
) -> dict[str, dict[str, float | None]]:
    """Metrics of each `slice` and each `group`; where these are too many, of the groups seen in training and of the
    others."""
    groups = [str(row.get("group", "")) for row in rows]
    if len(set(groups)) > MOST_SLICES and "train" in dataset.splits:
        seen = {str(row.get("group", "")) for row in dataset.iterate("train")}
        groups = ["seen" if group in seen else "unseen" for group in groups]
    found: dict[str, dict[str, float | None]] = {}
    for parts in (groups, [str(row.get("slice", "")) for row in rows]):
        if 2 <= len({*parts}) <= MOST_SLICES:
            for name in sorted({*parts} - {""}):
                within = np.array([part == name for part in parts], dtype=np.int64)
                found[name] = {**measured.values(thresholds, within)}
    return found


def _error(at: int, miss: Any, rows: Sequence[Row], drawn: Sequence[Picture]) -> dict[str, Any]:
    row, name = rows[miss.image], picture_name(at)
    error: dict[str, Any] = {"image": row["image"], "errors": list(miss.problems)}
    if any(picture.name == name for picture in drawn):
        error["picture"] = name
    if row.get("group"):
        error["group"] = row["group"]
    return error


def _notes(
    card: Card,
    metrics: dict[str, float],
    slices: dict[str, dict[str, float | None]],
    intervals: dict[str, tuple[float, float]],
    rows: Sequence[Row],
) -> list[str]:
    """What a reader must know: what was missed and why."""
    notes = target_notes(card.targets, metrics, slices=slices, intervals=intervals)
    if card.kept_start:
        notes.append(KEPT_START)
    if card.tiling is not None:
        notes.append(f"Images were read whole and by {card.tiling}.")
    found = {thing["label"] for row in rows for thing in row["objects"]}
    unknown = sorted(found - set(card.labels))
    if unknown:
        notes.append(f"The model does not know {', '.join(unknown)}: boxes of these classes are left out of account.")
    silent = [label for label in card.labels if label not in found]
    if silent:
        notes.append(
            f"The split has no box of {', '.join(silent)}: it says nothing of them, and the means leave them out."
        )
    return notes
