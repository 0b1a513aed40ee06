"""What of a retriever's answers can be set beside another's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.labels import MOST_LABELS
from engine.retrieval.votes import UNKNOWN
from engine.tasks.comparable import Comparable
from engine.tasks.contract import Predictor, Row
from engine.tasks.image_feature_extraction.measuring import macro_f1
from engine.tasks.image_feature_extraction.retriever import UNKNOWN_LABEL, Retriever
from engine.tasks.image_feature_extraction.searched import Searched


def comparable(predictor: Predictor, rows: Sequence[Row], samples: Sequence[Row]) -> Comparable:
    """(engine.tasks.contract.Task.comparable). A picture never meets a reference of its own group; those of classes
    without a reference count as wrong."""
    if not isinstance(predictor, Retriever):
        raise TypeError("not a model of image retrieval")
    names = predictor.references.names
    searched = Searched.of(predictor, rows, [sample["image"] for sample in samples], predictor.map_at)
    predicted, labels, right = searched.predicted, searched.labels, searched.right
    sure, given = searched.judged.probabilities, searched.judged.accepted

    def metrics(at: NDArray[np.int64]) -> dict[str, float]:
        hits = right[at]
        found: dict[str, float | None] = {
            "map": _mean(searched.precisions[at]),
            "accuracy": float(hits.mean()),
            "macro_f1": macro_f1(predicted[at], labels[at]),
            "brier": float(((sure[at] - hits) ** 2).mean()),
            "answered": float(given[at].mean()),
        }
        if len(names) <= MOST_LABELS:
            inside = labels[at]
            there = np.unique(inside[inside != UNKNOWN])
            found |= {f"{names[number]}/accuracy": float(hits[inside == number].mean()) for number in there}
        return {name: value for name, value in found.items() if value is not None}

    return Comparable(
        metrics=metrics,
        errors=(~right).astype(np.float64),
        wanted=lambda at: rows[at]["label"],
        told=lambda at: (
            f"{names[predicted[at]] if predicted[at] != UNKNOWN else UNKNOWN_LABEL} ({sure[at]:.2f})"
            + ("" if given[at] else ", not given")
        ),
        classifies=True,
        low_is_good=frozenset({"brier"}),
    )


def _mean(precisions: NDArray[np.float64]) -> float | None:
    known = precisions[~np.isnan(precisions)]
    return float(known.mean()) if len(known) else None
