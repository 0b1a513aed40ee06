"""Precision, recall and F1 of entities: a prediction counts when start, end and type are all right.

The same numbers as seqeval's (mode="strict", scheme=IOB2), on spans in place of tag sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tasks.token_classification.tags import Span

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Per document and type: entities found rightly, predicted, and in the truth."""

    right: Integers
    predicted: Integers
    true: Integers

    @classmethod
    def of(cls, truth: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]], types: int) -> Counts:
        """Compare documents in order. An entity given twice counts once, as in seqeval."""
        tables = np.zeros((3, len(truth), types), dtype=np.int64)
        for number, (wanted, got) in enumerate(zip(truth, predicted, strict=True)):
            wanted_set, got_set = set(wanted), set(got)
            for table, spans in zip(tables, (wanted_set & got_set, got_set, wanted_set), strict=True):
                for span in spans:
                    table[number, span.label] += 1
        return cls(*tables)

    def over(self, documents: Integers) -> Counts:
        """Of some documents, possibly repeated."""
        return Counts(self.right[documents], self.predicted[documents], self.true[documents])


def scores(counts: Counts, labels: Sequence[str]) -> dict[str, float]:
    """`precision`, `recall`, `f1` over all entities, and `TYPE/f1` … of each type."""
    right, predicted, true = (table.sum(axis=0) for table in (counts.right, counts.predicted, counts.true))
    values = _triple(right.sum(), predicted.sum(), true.sum())
    for number, label in enumerate(labels):
        triple = _triple(right[number], predicted[number], true[number])
        values |= {f"{label}/{name}": value for name, value in triple.items()}
    return values


def _triple(right: int, predicted: int, true: int) -> dict[str, float]:
    """A ratio over nothing is 0, as in seqeval."""
    precision = right / predicted if predicted else 0.0
    recall = right / true if true else 0.0
    f1 = 2 * right / (predicted + true) if predicted + true else 0.0
    return {"precision": float(precision), "recall": float(recall), "f1": float(f1)}
