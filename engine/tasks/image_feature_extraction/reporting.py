"""Tables of a report: what similarity and confidence were chosen from, before and after, and what is told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.evaluation.calibrators import Choice
from engine.evaluation.report import Table
from engine.linear_head import Numbers, Vectors
from engine.retrieval.answers import answer, depth_for
from engine.retrieval.confidence import Confidence, Threshold
from engine.retrieval.neighbours import nearest
from engine.retrieval.optimisation import Method, Optimisation
from engine.retrieval.votes import relevant_references
from engine.tasks.image_feature_extraction.measuring import Metrics, metrics_of, precisions_of
from engine.tasks.image_feature_extraction.training import Labelled


def measured_on(
    queries: Vectors,
    split: Labelled,
    references: Vectors,
    known: Labelled,
    method: Method,
    confidence: Confidence,
    names: Sequence[str],
    *,
    map_at: int,
) -> Metrics:
    """What a method makes of a split; every answer is given."""
    found = nearest(
        queries,
        references,
        max(depth_for(method.k), map_at),
        similarity=method.similarity,
        query_groups=split.groups,
        reference_groups=known.groups,
    )
    answers = answer(found, known.labels, k=method.k, rule=method.rule)
    relevant = relevant_references(
        known.labels, split.labels, query_groups=split.groups, reference_groups=known.groups
    )
    return metrics_of(
        answers.votes.labels,
        split.labels,
        precisions_of(answers, known.labels, split.labels, relevant, map_at),
        confidence.probabilities(answers),
        np.ones(len(split), dtype=bool),
        names,
    )


def choice_tables(
    chosen: Optimisation, labels: Numbers, names: Sequence[str], confidence: Confidence, threshold: Threshold | None
) -> list[Table]:
    """What stands in `optimisation.json`, and in every report of the model."""
    tables = [chosen.candidates_table(), chosen.classes_table(labels, names)]
    if confidence.calibrator is not None:
        tables.append(Choice(confidence.calibrator, confidence.candidates, confidence.reason).table())
    if threshold is not None:
        tables.append(_threshold_table(confidence, threshold))
    return tables


def beside_table(before: Metrics, after: Metrics) -> Table:
    """The figures of a split before anything was trained or fitted, and now."""
    names = [name for name in after if "/" not in name]
    lines: list[list[Any]] = [[name, before.get(name), after[name]] for name in names]
    return Table(
        "Before and after",
        ["metric", "before", "after"],
        lines,
        note="Before: the untrained embedding, cosine, a majority of five neighbours, and a confidence that is a "
        "heuristic.",
    )


def classes_table(before: Metrics, after: Metrics, names: Sequence[str], labels: Numbers) -> Table:
    """Accuracy and mAP of each class, before and after."""
    lines: list[list[Any]] = []
    for number, name in enumerate(names):
        count = int((labels == number).sum())
        if count:
            lines.append(
                [
                    name,
                    count,
                    before.get(f"{name}/accuracy"),
                    after.get(f"{name}/accuracy"),
                    before.get(f"{name}/map"),
                    after.get(f"{name}/map"),
                ]
            )
    columns = ["class", "pictures", "accuracy before", "accuracy after", "mAP before", "mAP after"]
    return Table("Classes", columns, lines)


def confusion_table(predicted: Numbers, labels: Numbers, names: Sequence[str]) -> Table:
    """Rows are the truth; pictures of classes without a reference stand in no row."""
    counts = np.zeros((len(names), len(names)), dtype=int)
    known = (labels >= 0) & (predicted >= 0)
    np.add.at(counts, (labels[known], predicted[known]), 1)
    return Table(
        "Confusion of classes",
        ["truth", *names],
        [[name, *map(int, line)] for name, line in zip(names, counts, strict=True)],
        note="Rows are the truth, columns the answer, `unknown` or not.",
        figure="confusion",
    )


def _threshold_table(confidence: Confidence, threshold: Threshold) -> Table:
    """What other thresholds would let through."""
    right, wrong, strangers = (
        np.array(values) for values in (confidence.held.right, confidence.held.wrong, confidence.held.strangers)
    )
    lines: list[list[Any]] = []
    for value in sorted({0.0, 0.25, 0.5, 0.75, 0.9, 0.95, round(threshold.value, 4)}):
        marks = "chosen" if value == round(threshold.value, 4) else ""
        lines.append([value, *(_part(part, value) for part in (right, wrong, strangers)), marks])
    of = "strangers, pictures of a class that has no reference," if threshold.of == "strangers" else "wrong answers"
    achieved = "not measured" if threshold.achieved is None else f"{threshold.achieved:.1%} of {threshold.cases}"
    return Table(
        "Thresholds",
        ["confidence from", "right answers given", "wrong answers given", "strangers accepted", ""],
        lines,
        note=f"Chosen so that at most {threshold.asked:.1%} of {of} pass: {achieved} do. "
        "Measured on validation rows that the confidence was not fitted on; each class played the stranger once.",
    )


def _part(values: np.ndarray, least: float) -> float | None:
    return float((values >= least).mean()) if len(values) else None
