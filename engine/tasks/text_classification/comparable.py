"""What of a text classifier's answers can be set beside another's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.evaluation.labels import label_metrics_of
from engine.tasks.comparable import Comparable
from engine.tasks.contract import Predictor, Row
from engine.tasks.text_classification.examples import numbers_of


def comparable(predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
    """(engine.tasks.contract.Task.comparable). Labels that the model does not know count as wrong."""
    predictions = predictor.predict(samples)
    names = sorted({row["label"] for row in rows} | {made["label"] for made in predictions})
    truth, predicted = numbers_of(rows, names), numbers_of(predictions, names)
    return Comparable(
        metrics=lambda at: label_metrics_of(truth[at], predicted[at], names),
        errors=(truth != predicted).astype(np.float64),
        wanted=lambda at: rows[at]["label"],
        told=lambda at: f"{predictions[at]['label']} ({predictions[at]['confidence']:.2f})",
        classifies=True,
    )
