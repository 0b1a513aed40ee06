"""The report of a tagger on a split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.store import Dataset
from engine.evaluation.bootstrap import bootstrap_interval
from engine.evaluation.calibration import expected_calibration_error, reliability, reliability_table
from engine.evaluation.report import Report, Table
from engine.evaluation.targets import KEPT_START, target_notes
from engine.tasks.contract import Row
from engine.tasks.token_classification import TASK
from engine.tasks.token_classification.confusion import confuse, pair
from engine.tasks.token_classification.decode import Found
from engine.tasks.token_classification.examples import Examples, Reading, measure, read_with
from engine.tasks.token_classification.model import Card
from engine.tasks.token_classification.predict import load
from engine.tasks.token_classification.scores import Counts, scores
from engine.tasks.token_classification.tags import Span, labels_in, spans_of_row

WORST = 20
EXCERPT = 400
"""Characters of a long text that an error shows."""


def evaluate(model: Path, dataset: Dataset, split: str, device: str) -> Report:
    """Metrics with intervals, slices, tables and the worst errors of a model directory on a split."""
    predictor = load(model, device)
    tagger, card = predictor.tagger, predictor.card
    rows = dataset.rows(split)
    examples = Examples.read(tagger, rows, unit=card.unit, stride=card.stride)
    with torch.inference_mode():
        reading = read_with(
            tagger,
            examples,
            eval_batch_size=int(card.config["eval_batch_size"]),
            device=device,
            tell=lambda done, total: None,
        )
    counts = Counts.of(examples.spans, reading.spans(), len(card.labels))
    bins = reliability(*_confidences(examples.spans, reading.found))
    metrics: dict[str, float | None] = {**measure(tagger, examples, reading)}
    metrics["calibration_error"] = expected_calibration_error(bins)
    slices = _slices(counts, rows, card.labels)
    intervals = _intervals(counts, card.labels)
    own_baseline = dataset.id == card.dataset and split in card.baseline
    return Report(
        task=TASK.name,
        dataset=dataset.id,
        split=split,
        examples=len(rows),
        metrics=metrics,
        intervals=intervals,
        slices=slices,
        baseline={**card.baseline[split]} if own_baseline else {},
        tables=[
            _types_table(examples, reading, counts, card.labels),
            _confusion_table(examples, reading, card.labels),
            reliability_table(bins, what="entities"),
        ],
        errors=_worst(examples, reading, card.labels),
        notes=_notes(card, metrics, slices, intervals, examples),
    )


def headline_over(rows: Sequence[Row], predictions: Sequence[Row]) -> Callable[[NDArray[np.int64]], float]:
    """Micro F1 of entities over documents, by their numbers (engine.tasks.contract.Task.headline_over). Types that a
    model does not know count as missed."""
    labels = sorted({*labels_in(rows), *labels_in(predictions)})
    truth = [spans_of_row(row, labels) for row in rows]
    counts = Counts.of(truth, [spans_of_row(made, labels) for made in predictions], len(labels))
    return lambda at: scores(counts.over(at), labels)["f1"]


def _confidences(truth: Sequence[Sequence[Span]], found: Sequence[Sequence[Found]]) -> tuple[list[float], list[bool]]:
    """Of every predicted entity: how sure the model was, and whether it is right."""
    confidences, right = [], []
    for wanted, document in zip(truth, found, strict=True):
        for entity in document:
            confidences.append(entity.confidence)
            right.append(entity.span in wanted)
    return confidences, right


def _intervals(counts: Counts, labels: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Of the overall metrics and each type's F1, over documents."""
    names = ["f1", "precision", "recall", *(f"{label}/f1" for label in labels)]
    intervals = {}
    for name in names:

        def metric(documents: NDArray[np.int64], name: str = name) -> float:
            return scores(counts.over(documents), labels)[name]

        interval = bootstrap_interval(metric, len(counts.true))
        if interval is not None:
            intervals[name] = interval
    return intervals


def _slices(counts: Counts, rows: Sequence[Any], labels: Sequence[str]) -> dict[str, dict[str, float | None]]:
    """Metrics of the rows that carry the same `slice`."""
    names = sorted({row["slice"] for row in rows if row.get("slice")})
    if len(names) < 2:
        return {}
    return {
        name: {
            **scores(counts.over(np.array([at for at, row in enumerate(rows) if row.get("slice") == name])), labels)
        }
        for name in names
    }


def _types_table(examples: Examples, reading: Reading, counts: Counts, labels: Sequence[str]) -> Table:
    values = scores(counts, labels)
    cut = confuse(examples.spans, reading.spans(), len(labels)).wrong_boundary
    rows = [
        [
            label,
            *(values[f"{label}/{name}"] for name in ("precision", "recall", "f1")),
            int(counts.true[:, number].sum()),
            int(counts.predicted[:, number].sum()),
            int(cut[number]),
        ]
        for number, label in enumerate(labels)
    ]
    return Table(
        "Entity types",
        ["type", "precision", "recall", "F1", "in the truth", "predicted", "wrong boundary"],
        rows,
        note="An entity is right when start, end and type are (seqeval's strict mode).",
    )


def _confusion_table(examples: Examples, reading: Reading, labels: Sequence[str]) -> Table:
    table = confuse(examples.spans, reading.spans(), len(labels)).table
    names = [*labels, "(invented)"]
    return Table(
        "Confusion of types",
        ["truth", *labels, "(missed)"],
        [[name, *map(int, row)] for name, row in zip(names, table, strict=True)],
        note="Rows are the truth, columns the prediction; entities are paired where they overlap.",
        figure="confusion",
    )


def _worst(examples: Examples, reading: Reading, labels: Sequence[str]) -> list[dict[str, Any]]:
    """The wrongly read documents whose truth the model found least likely."""
    wrong = [
        number
        for number, (wanted, got) in enumerate(zip(examples.spans, reading.spans(), strict=True))
        if set(wanted) != set(got)
    ]
    wrong.sort(key=lambda number: -reading.document_losses[number])
    return [_error(examples, reading, number, labels) for number in wrong[:WORST]]


def _error(examples: Examples, reading: Reading, number: int, labels: Sequence[str]) -> dict[str, Any]:
    row, found = examples.rows[number], reading.found[number]
    text = row["text"]
    sure = {entity.span: entity.confidence for entity in found}
    problems, places = [], []
    for one, other in pair(examples.spans[number], [entity.span for entity in found]):
        if one == other:
            continue
        places.append((one or other or Span(0, 0, 0)).start)
        problems.append(
            f"{_shown(text, one, labels) if one else 'nothing'} read as "
            + (f"{_shown(text, other, labels)} ({sure[other]:.2f})" if other else "nothing")
        )
    start = max(0, min(places) - EXCERPT // 2) if len(text) > EXCERPT else 0
    excerpt = ("… " if start else "") + text[start : start + EXCERPT] + (" …" if start + EXCERPT < len(text) else "")
    error: dict[str, Any] = {"text": excerpt, "errors": problems}
    if row.get("slice"):
        error["slice"] = row["slice"]
    return error


def _shown(text: str, span: Span, labels: Sequence[str]) -> str:
    return f"{labels[span.label]} {text[span.start : span.end]!r}"


def _notes(
    card: Card,
    metrics: dict[str, float | None],
    slices: dict[str, dict[str, float | None]],
    intervals: dict[str, tuple[float, float]],
    examples: Examples,
) -> list[str]:
    """What a reader must know: what was missed and why."""
    notes = target_notes(card.targets, metrics, slices=slices, intervals=intervals)
    if card.kept_start:
        notes.append(KEPT_START)
    unknown = sorted(set(labels_in(examples.rows)) - set(card.labels))
    if unknown:
        notes.append(
            f"The model does not know {', '.join(unknown)}: entities of these types are left out of account."
        )
    if examples.misfits:
        notes.append(
            f"{examples.misfits} entities of the truth begin or end inside a {card.unit}, where the model cannot "
            "cut: they count as missed."
        )
    return notes
