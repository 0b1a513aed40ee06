"""Named-entity recognition: finds spans of text and names their type."""

from __future__ import annotations

from engine.tasks.contract import Task

TASK = Task(
    name="token-classification",
    title="Named entities",
    package="engine.tasks.token_classification",
    headline="f1",
    metrics=("precision", "recall", "f1", "*/precision", "*/recall", "*/f1", "calibration_error", "loss"),
    predicts_on="text",
)
