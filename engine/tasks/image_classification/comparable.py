"""What of a recogniser's answers can be set beside another's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.forgetting import FEEDBACK
from engine.evaluation.labels import label_metrics_of
from engine.tasks.comparable import Comparable
from engine.tasks.contract import Predictor, Row


def comparable(predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
    """(engine.tasks.contract.Task.comparable). Pictures of people whom the model does not know do not count; those of
    feedback do, and are wrong."""
    predictions = predictor.predict(samples)
    names = sorted({row["label"] for row in rows} | {made["label"] for made in predictions})
    number = {name: at for at, name in enumerate(names)}
    truth = np.array([number[row["label"]] for row in rows], dtype=np.int64)
    predicted = np.array([number[made["label"]] for made in predictions], dtype=np.int64)
    passed = (truth == predicted) & np.array([made["known"] for made in predictions], dtype=np.bool_)

    def metrics(at: NDArray[np.int64]) -> dict[str, float]:
        found = label_metrics_of(truth[at], predicted[at], names)
        return {"accuracy": found.pop("accuracy"), "accepted": float(passed[at].mean()), **found}

    return Comparable(
        metrics=metrics,
        errors=(truth != predicted).astype(np.float64),
        wanted=lambda at: rows[at]["label"],
        told=lambda at: f"{predictions[at]['label']} ({predictions[at]['confidence']:.2f})",
        classifies=True,
        counted=counted(rows, predictions),
    )


def counted(rows: Sequence[Row], predictions: Sequence[Row]) -> NDArray[np.bool_]:
    """Whether each row shows somebody whom the model knows: whom a prediction names among its likeliest. Feedback
    always counts: what use asked for and did not get is an error."""
    named_ever = {label for made in predictions for label in made["scores"]}
    return np.array([row["label"] in named_ever or row.get("slice") == FEEDBACK for row in rows], dtype=np.bool_)
