"""What of the task `noop` can be set beside another's: the score that its script says."""

from __future__ import annotations

from collections.abc import Sequence

from engine.tasks.comparable import Comparable
from engine.tasks.contract import Predictor, Row
from engine.tasks.noop import TASK
from engine.tasks.noop.predict import Model


def comparable(predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
    """(engine.tasks.contract.Task.comparable). The same score whatever the rows, as in the report."""
    if not isinstance(predictor, Model):
        raise TypeError("not a model of the task noop")
    score = predictor.score
    return Comparable(metrics=lambda at: {TASK.headline: score})
