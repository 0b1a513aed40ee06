"""What of a tagger's answers can be set beside another's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tasks.comparable import Comparable
from engine.tasks.contract import Predictor, Row
from engine.tasks.token_classification.scores import Counts, scores
from engine.tasks.token_classification.tags import labels_in, spans_of_row


def comparable(predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
    """(engine.tasks.contract.Task.comparable). The error of a text is 1 less its F1. Types that the model does not
    know count as missed."""
    predictions = predictor.predict(samples)
    labels = sorted({*labels_in(rows), *labels_in(predictions)})
    truth = [spans_of_row(row, labels) for row in rows]
    counts = Counts.of(truth, [spans_of_row(made, labels) for made in predictions], len(labels))
    right, there = counts.right.sum(axis=1), (counts.true + counts.predicted).sum(axis=1)
    f1 = np.divide(2 * right, there, out=np.ones(len(rows)), where=there > 0)

    def metrics(at: NDArray[np.int64]) -> dict[str, float]:
        drawn = counts.over(at)
        found = scores(drawn, labels)
        for number in np.flatnonzero(drawn.true.sum(axis=0) == 0).tolist():
            for name in ("precision", "recall", "f1"):
                del found[f"{labels[number]}/{name}"]
        return {"f1": found.pop("f1"), **found}

    return Comparable(
        metrics=metrics,
        errors=1 - f1,
        wanted=lambda at: _in_words(rows[at], rows[at]["text"]),
        told=lambda at: _in_words(predictions[at], rows[at]["text"]),
    )


def _in_words(row: Row, text: str) -> str:
    entities = sorted(row["entities"], key=lambda entity: entity["start"])
    return "; ".join(f"{one['label']} {text[one['start'] : one['end']]!r}" for one in entities) or "nothing"
