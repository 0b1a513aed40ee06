"""What of an encoder's similarities can be set beside another's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tasks.comparable import Comparable
from engine.tasks.contract import Predictor, Row
from engine.tasks.sentence_similarity.metrics import pearson, spearman

NOTICEABLE = 0.1
"""Similarities that are nearer to each other say the same to a reader."""


def comparable(predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
    """(engine.tasks.contract.Task.comparable). The error of a pair is how far its similarity lies from its score."""
    scores = np.array([row["score"] for row in rows], dtype=np.float64)
    similarity = np.array([made["similarity"] for made in predictor.predict(samples)], dtype=np.float64)
    errors = np.abs(similarity - scores)

    def metrics(at: NDArray[np.int64]) -> dict[str, float]:
        return {
            "correlation": spearman(similarity[at], scores[at]),
            "pearson": pearson(similarity[at], scores[at]),
            "mae": float(errors[at].mean()),
        }

    return Comparable(
        metrics=metrics,
        errors=errors,
        wanted=lambda at: f"{scores[at]:.2f}",
        told=lambda at: f"{similarity[at]:.2f}",
        noticeable=NOTICEABLE,
        low_is_good=frozenset({"mae"}),
    )
