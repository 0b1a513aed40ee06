"""The report of retrieval on a split: answers, ranking, confidence, before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.datasets.store import Dataset
from engine.errors import DataError
from engine.evaluation.bootstrap import bootstrap_intervals
from engine.evaluation.calibration import error_by_chance, reliability, reliability_table
from engine.evaluation.figures import figures_of
from engine.evaluation.report import Report, Table
from engine.evaluation.slices import slices_of
from engine.evaluation.targets import KEPT_START, target_notes
from engine.labelled_pictures import Row, picture_path
from engine.linear_head import Numbers
from engine.retrieval.votes import UNKNOWN
from engine.tasks.image_feature_extraction import TASK
from engine.tasks.image_feature_extraction.measuring import (
    Metrics,
    macro_f1,
    metrics_of,
)
from engine.tasks.image_feature_extraction.model import Card, read_model_card, read_optimisation
from engine.tasks.image_feature_extraction.predict import load
from engine.tasks.image_feature_extraction.reporting import beside_table, classes_table, confusion_table
from engine.tasks.image_feature_extraction.retriever import Retriever
from engine.tasks.image_feature_extraction.searched import Searched

WORST = 20


def evaluate(model: Path, dataset: Dataset, split: str, device: str) -> Report:
    """Metrics with intervals, slices, conditions, tables and the worst errors of a model directory on a split, beside
    what the untrained embedding answered. A picture never meets a reference of its own group; the search is exact."""
    rows = dataset.rows(split)
    if not rows:
        raise DataError(f"the split {split!r} has no pictures", where=str(dataset.path))
    card = read_model_card(model)
    retriever = load(model, device, indexed=False)
    measured = _Measured(retriever, card, rows, dataset)
    metrics = measured.metrics(np.arange(len(rows)))
    spread = measured.intervals()
    slices = measured.slices()
    before = card.baseline.get(split, {}) if dataset.id == card.dataset else {}
    tables = [
        *([beside_table(before, metrics)] if before else []),
        classes_table(before, metrics, measured.names, measured.labels),
        measured.calibration(),
        *measured.conditions(),
        *([confusion_table(measured.predicted, measured.labels, measured.names)]),
        *read_optimisation(model),
    ]
    return Report(
        task=TASK.name,
        dataset=dataset.id,
        split=split,
        examples=len(rows),
        metrics=metrics,
        intervals=spread,
        slices=slices,
        baseline=before,
        tables=tables,
        errors=measured.worst(),
        notes=[*target_notes(card.targets, metrics, slices=slices, intervals=spread), *measured.notes()],
        pictures=figures_of(tables),
    )


def headline_over(rows: Sequence[Row], predictions: Sequence[Row]) -> Callable[[Numbers], float]:
    """Accuracy over rows, by their numbers: mAP needs more neighbours than a prediction holds, which `comparable` has
    (engine.tasks.contract.Task.headline_over)."""
    right = np.array([row["label"] == made["label"] for row, made in zip(rows, predictions, strict=True)])
    return lambda at: float(right[at].mean())


class _Measured:
    """A split with the model's answers."""

    def __init__(self, retriever: Retriever, card: Card, rows: Sequence[Row], dataset: Dataset) -> None:
        self.retriever, self.card, self.rows, self.dataset = retriever, card, rows, dataset
        self.names = retriever.references.names
        sources = [str(picture_path(dataset.path, row)) for row in rows]
        searched = Searched.of(retriever, rows, sources, retriever.map_at)
        self.judged, self.labels, self.precisions = searched.judged, searched.labels, searched.precisions
        self.predicted, self.right = searched.predicted, searched.right
        self.group_of = [row.get("group") or at for at, row in enumerate(rows)]

    def metrics(self, at: Numbers) -> Metrics:
        return metrics_of(
            self.predicted[at],
            self.labels[at],
            self.precisions[at],
            self.judged.probabilities[at],
            self.judged.accepted[at],
            self.names,
        )

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Over groups: pictures of one sequence hang together."""
        groups: dict[object, list[int]] = {}
        for at, group in enumerate(self.group_of):
            groups.setdefault(group, []).append(at)
        members = [np.array(inside) for inside in groups.values()]

        def values(drawn: Numbers) -> dict[str, float]:
            at = np.concatenate([members[number] for number in drawn])
            found = {
                "accuracy": float(self.right[at].mean()),
                "macro_f1": macro_f1(self.predicted[at], self.labels[at]),
            }
            precisions = self.precisions[at]
            if not np.isnan(precisions).all():
                found["map"] = float(np.nanmean(precisions))
            return {name: value for name, value in found.items() if value is not None}

        return bootstrap_intervals(values, len(members))

    def slices(self) -> dict[str, dict[str, float | None]]:
        """Those of a split with feedback (engine.evaluation.slices), else what rows carry as `slice`."""
        of_feedback = slices_of(self.rows, self.dataset)
        if of_feedback:
            return {name: self.metrics(np.array(at, dtype=np.int64)) for name, at in of_feedback.items()}
        names = sorted({row["slice"] for row in self.rows if row.get("slice")})
        if len(names) < 2:
            return {}
        values = [row.get("slice") for row in self.rows]
        return {name: self.metrics(_where(values, name)) for name in names}

    def conditions(self) -> list[Table]:
        """Accuracy and confidence in each value of each condition column."""
        columns = sorted({name for row in self.rows for name in row.get("conditions", {})})
        lines: list[list[Any]] = []
        for column in columns:
            values = [row.get("conditions", {}).get(column) for row in self.rows]
            for value in sorted({value for value in values if value}):
                at = _where(values, value)
                found = self.metrics(at)
                figures = [found[name] for name in ("accuracy", "map", "calibration_error")]
                lines.append([column, value, len(at), *figures])
        titles = ["column", "value", "pictures", "accuracy", "mAP", "calibration error"]
        return [Table("Conditions", titles, lines)] if lines else []

    def calibration(self) -> Table:
        bins = reliability(self.judged.probabilities.tolist(), self.right.tolist())
        return reliability_table(bins, what="pictures")

    def worst(self) -> list[dict[str, Any]]:
        """The errors that the model was surest of: wrong labels of the data stand among them."""
        wrong = np.flatnonzero(~self.right)
        order = wrong[np.argsort(-self.judged.probabilities[wrong], kind="stable")][:WORST]
        neighbours = self.judged.answers.neighbours
        errors = []
        for at in order.tolist():
            row, near = self.rows[at], int(neighbours.positions[at, 0])
            errors.append(
                {
                    "image": row["image"],
                    "label": row["label"],
                    "answer": self.names[self.predicted[at]] if self.predicted[at] != UNKNOWN else "unknown",
                    "confidence": round(float(self.judged.probabilities[at]), 3),
                    "nearest": self.retriever.references.images[near] if near >= 0 else "",
                    **{key: row[key] for key in ("group", "slice") if row.get(key)},
                }
            )
        return errors

    def notes(self) -> list[str]:
        notes = [KEPT_START] if self.card.kept_start else []
        strange = int((self.labels == UNKNOWN).sum())
        if strange:
            refused = int((~self.judged.accepted[self.labels == UNKNOWN]).sum())
            notes.append(
                f"{strange} pictures are of classes without a reference: they count as wrong, and {refused} of them "
                "came out as unknown."
            )
        if self.retriever.confidence.heuristic:
            notes.append("The confidence is a heuristic: it was not fitted, and means no probability.")
        chance = error_by_chance(self.judged.probabilities.tolist())
        if chance is not None:
            notes.append(
                f"On {len(self.rows)} pictures even a perfectly calibrated model would show a calibration error of "
                f"about {chance:.3f}."
            )
        return [*notes, *self.card.notes]


def _where(values: Sequence[str | None], wanted: str) -> Numbers:
    return np.array([at for at, value in enumerate(values) if value == wanted], dtype=np.int64)
