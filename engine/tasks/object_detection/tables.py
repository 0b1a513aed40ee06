"""The tables and curves of a detector's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.evaluation.calibration import reliability, reliability_table
from engine.evaluation.report import Picture, Table
from engine.pictures.curves import curves_svg
from engine.tasks.object_detection.confusion import Outcome
from engine.tasks.object_detection.metrics import DEFAULT_CONFIDENCE, RECALLS, SHORT_SIDES, SIZES, Measured, Ranking
from engine.tasks.object_detection.thresholds import best_f1

CURVE_STEP = 5
"""Every fifth of the 101 points of recall stands in the table."""
LEAST_TOLD = 0.05
"""Predictions less sure than this say nothing about calibration: there are hundreds on each image."""


def classes(measured: Measured, thresholds: Mapping[str, float]) -> Table:
    """Each class where it operates, and where its F1 on this split would be best."""
    values, rows = measured.values(thresholds), []
    for label, ranking in zip(measured.labels, measured.rankings, strict=True):
        confidence, best = thresholds.get(label, DEFAULT_CONFIDENCE), best_f1(ranking)
        rows.append(
            [
                label,
                ranking.true,
                *(values.get(f"{label}/{name}") for name in ("map50_95", "map50", "precision", "recall")),
                *(values.get(f"{label}/recall_{size}") for size in SIZES),
                float(confidence),
                best.confidence if ranking.true else None,
                best.f1 if ranking.true else None,
            ]
        )
    return Table(
        "Classes",
        [
            "class", "boxes", "mAP50-95", "mAP50", "precision", "recall", *(f"recall, {size}" for size in SIZES),
            "operates at", "best F1 at", "best F1",
        ],
        rows,
        note=(
            "Precision and recall count boxes that overlap by IoU 0.5, of the predictions at or above the confidence "
            "at which the class operates (chosen on validation). Sizes are COCO's, by area in the image as stored: "
            "small below 32², large from 96² pixels on."
        ),
    )  # fmt: skip


def sides(measured: Measured, thresholds: Mapping[str, float]) -> Table:
    """Recall by the shorter side of the true box: what is thin is hard, whatever its area."""
    rows: list[list[Any]] = []
    for label, ranking in zip(measured.labels, measured.rankings, strict=True):
        row: list[Any] = [label]
        for least, below in SHORT_SIDES.values():
            part = (ranking.short_side >= least) & (ranking.short_side < below)
            found = ranking.recall_of(part, thresholds.get(label, DEFAULT_CONFIDENCE))
            row.append("" if found is None else f"{found:.3f} of {int(part.sum())}")
        rows.append(row)
    return Table(
        "Recall by the shorter side", ["class", *SHORT_SIDES], rows, note="In pixels of the image as stored."
    )


def confusion(result: Outcome, labels: Sequence[str]) -> Table:
    """True classes against predicted ones, background included."""
    table = result.table(len(labels))
    return Table(
        "Confusion of classes",
        ["truth", *labels, "(missed)"],
        [[name, *map(int, row)] for name, row in zip([*labels, "(background)"], table, strict=True)],
        note=(
            "Rows are the truth, columns the prediction, where each class operates. Boxes are paired at IoU 0.5, "
            "those of the same class first."
        ),
        figure="confusion",
    )


def curves(measured: Measured) -> Table:
    """Precision over recall at IoU 0.5 of the classes that have true boxes."""
    lines = _lines(measured)
    rows: list[list[Any]] = [
        [float(RECALLS[at]), *(float(line[at]) for line in lines.values())]
        for at in range(0, len(RECALLS), CURVE_STEP)
    ]
    return Table(
        "Precision over recall",
        ["recall", *lines],
        rows if lines else [],
        note="At IoU 0.5: the best precision that still has the recall.",
        figure="curves",
    )


def curves_picture(measured: Measured, thresholds: Mapping[str, float]) -> Picture:
    """The same as a file, with a dot where each class operates."""
    lines = {
        label: [(float(x), float(y)) for x, y in zip(RECALLS, line, strict=True)]
        for label, line in _lines(measured).items()
    }
    points = {
        label: _point(ranking, thresholds.get(label, DEFAULT_CONFIDENCE))
        for label, ranking in zip(measured.labels, measured.rankings, strict=True)
    }
    content = curves_svg(lines, across="recall", up="precision at IoU 0.5", points=points)
    return Picture("precision-recall.svg", "Precision over recall; a dot is where the class operates.", content)


def calibration(measured: Measured) -> Table:
    """Confidence of the predictions against how often they are right at IoU 0.5."""
    told = [ranking.confidence >= LEAST_TOLD for ranking in measured.rankings]
    pairs = list(zip(measured.rankings, told, strict=True))
    confidences = np.concatenate([np.empty(0), *(ranking.confidence[which] for ranking, which in pairs)])
    right = np.concatenate([np.empty(0, bool), *(ranking.right[which, 0] for ranking, which in pairs)])
    return reliability_table(reliability(confidences.tolist(), right.tolist()), what="boxes")


def _lines(measured: Measured) -> dict[str, Any]:
    return {
        label: ranking.precision_over_recall()
        for label, ranking in zip(measured.labels, measured.rankings, strict=True)
        if ranking.true
    }


def _point(ranking: Ranking, confidence: float) -> tuple[float, float]:
    precision, recall = ranking.precision_and_recall(confidence)
    return recall, precision
