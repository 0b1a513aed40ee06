"""The report of a text classifier on a split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.datasets.store import Dataset
from engine.errors import BaseModelError, DataError
from engine.evaluation.calibration import expected_calibration_error, reliability, reliability_table
from engine.evaluation.labels import confusion, intervals, label_metrics, scores
from engine.evaluation.report import Report, Table
from engine.evaluation.targets import KEPT_START, target_notes
from engine.tasks.contract import Row
from engine.tasks.text_classification import TASK
from engine.tasks.text_classification.examples import numbers_of
from engine.tasks.text_classification.head import Numbers
from engine.tasks.text_classification.labelling import labelling_tables
from engine.tasks.text_classification.model import Card
from engine.tasks.text_classification.predict import Judged, TextClassifier, load, load_baseline
from engine.tasks.text_classification.prototypes import KINDS

WORST = 20
EXCERPT = 400
"""Characters of a long text that an error shows."""


def evaluate(model: Path, dataset: Dataset, split: str, device: str) -> Report:
    """Metrics with intervals, slices, tables and the worst errors of a model directory on a split, beside what the
    untrained base makes of the same rows."""
    rows = dataset.rows(split)
    if not rows:
        raise DataError(f"the split {split!r} has no texts", where=str(dataset.path))
    classifier = load(model, device)
    card = classifier.card
    truth = numbers_of(rows, card.labels)
    # Labels that the model does not know count as classes of their own, which it never gets right.
    unknown = sorted({row["label"] for row in rows} - set(card.labels), key=[row["label"] for row in rows].index)
    labels = [*card.labels, *unknown]
    batch_size = card.settings.eval_batch_size
    judged = _judge(classifier, rows, batch_size)
    bins = reliability(judged.confidences.tolist(), (judged.numbers == truth).tolist())
    metrics: dict[str, float | None] = {**label_metrics(truth, judged.numbers, labels)}
    metrics["calibration_error"] = expected_calibration_error(bins)
    slices = _slices(rows, truth, judged.numbers, labels)
    spread = intervals(truth, judged.numbers, labels, [row.get("group") or at for at, row in enumerate(rows)])
    notes = target_notes(card.targets, metrics, slices=slices, intervals=spread)
    untrained = _untrained(model, card, rows, device, notes, batch_size)
    baseline = next(iter(untrained.values()), None)
    notes += _notes(card, unknown, rows)
    return Report(
        task=TASK.name,
        dataset=dataset.id,
        split=split,
        examples=len(rows),
        metrics=metrics,
        intervals=spread,
        slices=slices,
        baseline={} if baseline is None else {**label_metrics(truth, baseline.numbers, labels)},
        tables=[
            _labels_table(truth, judged.numbers, labels),
            _confusion_table(truth, judged.numbers, labels),
            reliability_table(bins, what="texts"),
            *_untrained_table(untrained, truth, judged, labels),
            *labelling_tables(card, dataset, rows, split, device),
        ],
        errors=_worst(rows, truth, judged, card.labels),
        notes=notes,
    )


def headline_over(rows: Sequence[Row], predictions: Sequence[Row]) -> Callable[[Numbers], float]:
    """Macro F1 over rows, by their numbers (engine.tasks.contract.Task.headline_over)."""
    names = sorted({row["label"] for row in rows} | {made["label"] for made in predictions})
    truth = numbers_of(rows, names)
    predicted = numbers_of(predictions, names)
    return lambda at: scores(truth[at], predicted[at], len(names)).macro_f1


def _judge(classifier: TextClassifier, rows: Sequence[Row], batch_size: int) -> Judged:
    return classifier.classify([row["text"] for row in rows], batch_size=batch_size)


def _untrained(
    model: Path, card: Card, rows: Sequence[Row], device: str, notes: list[str], batch_size: int
) -> dict[str, Judged]:
    """What the prototypes make of the rows, by kind; nothing, and a note, when the base is not on this machine."""
    try:
        return {
            kind: _judge(load_baseline(model, device, kind), rows, batch_size)
            for kind in KINDS
            if kind in card.prototypes
        }
    except BaseModelError as problem:
        notes.append(f"No figures of the untrained model: {problem}.")
        return {}


def _slices(
    rows: Sequence[Row], truth: Numbers, predicted: Numbers, labels: Sequence[str]
) -> dict[str, dict[str, float | None]]:
    """Metrics of the rows that carry the same `slice`."""
    names = sorted({row["slice"] for row in rows if row.get("slice")})
    if len(names) < 2:
        return {}
    found: dict[str, dict[str, float | None]] = {}
    for name in names:
        at = np.array([number for number, row in enumerate(rows) if row.get("slice") == name])
        found[name] = {**label_metrics(truth[at], predicted[at], labels)}
    return found


def _labels_table(truth: Numbers, predicted: Numbers, labels: Sequence[str]) -> Table:
    values = scores(truth, predicted, len(labels))
    rows: list[list[Any]] = [
        [
            label,
            float(values.precision[number]),
            float(values.recall[number]),
            float(values.f1[number]),
            int((truth == number).sum()),
            int((predicted == number).sum()),
        ]
        for number, label in enumerate(labels)
    ]
    return Table("Labels", ["label", "precision", "recall", "F1", "in the truth", "predicted"], rows)


def _confusion_table(truth: Numbers, predicted: Numbers, labels: Sequence[str]) -> Table:
    table = confusion(truth, predicted, len(labels))
    return Table(
        "Confusion of labels",
        ["truth", *labels],
        [[label, *map(int, counts)] for label, counts in zip(labels, table, strict=True)],
        note="Rows are the truth, columns the prediction.",
        figure="confusion",
    )


def _untrained_table(
    untrained: dict[str, Judged], truth: Numbers, judged: Judged, labels: Sequence[str]
) -> list[Table]:
    if not untrained:
        return []
    titles = {"centroids": "nearest mean of the training texts", "descriptions": "nearest description of a label"}
    lines: list[list[Any]] = []
    for name, made in {"this model": judged, **{titles[kind]: made for kind, made in untrained.items()}}.items():
        values = scores(truth, made.numbers, len(labels))
        lines.append([name, values.macro_f1, values.accuracy])
    return [
        Table(
            "Beside the untrained base",
            ["", "macro F1", "accuracy"],
            lines,
            note="The mean of a label's training texts knows the same examples as this model, without training the "
            "encoder; the descriptions need no example.",
        )
    ]


def _worst(rows: Sequence[Row], truth: Numbers, judged: Judged, labels: Sequence[str]) -> list[dict[str, Any]]:
    """The errors that the model was surest of: wrong labels of the data stand among them."""
    wrong = np.flatnonzero(judged.numbers != truth)
    order = wrong[np.argsort(-judged.confidences[wrong], kind="stable")][:WORST]
    errors = []
    for at in order:
        row = rows[at]
        errors.append(
            {
                "text": row["text"][:EXCERPT] + (" …" if len(row["text"]) > EXCERPT else ""),
                "label": row["label"],
                "predicted": labels[judged.numbers[at]],
                "confidence": round(float(judged.confidences[at]), 3),
                **{key: row[key] for key in ("path", "group", "slice") if row.get(key)},
            }
        )
    return errors


def _notes(card: Card, unknown: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """What a reader must know of the model and of the rows."""
    notes = [KEPT_START] if card.kept_start else []
    if unknown:
        count = sum(row["label"] in unknown for row in rows)
        notes.append(f"The model does not know {', '.join(unknown)}: their {count} texts count as wrong.")
    return [*notes, *card.notes]
