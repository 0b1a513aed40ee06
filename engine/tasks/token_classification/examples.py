"""A split read once: documents, windows, and the truth as spans and tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.tasks.contract import Row
from engine.tasks.token_classification.decode import Found, entities
from engine.tasks.token_classification.inference import (
    TOKENS_PER_EXAMPLE,
    Read,
    lean_reading,
    log_probabilities,
    padded_reading,
    unit_offsets,
)
from engine.tasks.token_classification.model import Tagger
from engine.tasks.token_classification.scores import Counts, scores
from engine.tasks.token_classification.tags import Span, spans_of_row, tag_names, tags_of_units
from engine.tasks.token_classification.windows import Document, Window, cut_windows, read_documents

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Examples:
    """Rows of a split, ready for the model."""

    rows: Sequence[Row]
    unit: str
    documents: list[Document]
    windows: list[Window]
    spans: list[list[Span]]
    """The truth of each document."""
    tags: list[NDArray[np.int64]]
    """The truth of each document's units."""
    misfits: int
    """Entities that do not begin and end where units do."""

    @classmethod
    def read(
        cls, tagger: Tagger, rows: Sequence[Row], *, unit: str, stride: int, tell: Tell | None = None
    ) -> Examples:
        documents = read_documents(tagger.tokenizer, [row["text"] for row in rows], unit, tell)
        windows = cut_windows(documents, tagger.tokenizer, max_length=tagger.max_length, stride=stride)
        spans = [spans_of_row(row, tagger.labels) for row in rows]
        tagged = [tags_of_units(document.units, wanted) for document, wanted in zip(documents, spans, strict=True)]
        return cls(
            rows, unit, documents, windows, spans, [tags for tags, _ in tagged], sum(misfits for _, misfits in tagged)
        )


@dataclass(frozen=True)
class Reading:
    """What a model found in the documents of a split."""

    found: list[list[Found]]
    loss: float
    """Mean negative log-likelihood of the true tags."""
    document_losses: NDArray[np.float64]
    """Sum of each document's negative log-likelihoods: how surprising its truth is to the model."""

    def spans(self) -> list[list[Span]]:
        return [[entity.span for entity in document] for document in self.found]


def reading_of(tagger: Tagger, device: str) -> Read:
    """How the tagger reads windows. The model must be in evaluation mode."""
    if tagger.lean is not None:
        return lean_reading(tagger.lean, tagger.model.classifier)  # type: ignore[arg-type]
    return padded_reading(tagger.model, tagger.tokenizer.pad_token_id or 0, device)


def read_with(tagger: Tagger, examples: Examples, *, eval_batch_size: int, device: str, tell: Tell) -> Reading:
    """Predict every document of a split. The model must be in evaluation mode."""
    table = log_probabilities(
        reading_of(tagger, device),
        examples.documents,
        examples.windows,
        classes=len(tag_names(tagger.labels)),
        tokens=eval_batch_size * TOKENS_PER_EXAMPLE,
        tick=tell,
    )
    truth = np.concatenate([np.zeros(0, dtype=np.int64), *examples.tags])
    losses = -np.take_along_axis(table, truth[:, None], axis=1)[:, 0].astype(np.float64)
    offsets = unit_offsets(examples.documents)
    running = np.concatenate([[0.0], np.cumsum(losses)])
    return Reading(
        found=entities(table, offsets, [document.units for document in examples.documents]),
        loss=float(losses.mean()) if len(losses) else 0.0,
        document_losses=running[offsets[1:]] - running[offsets[:-1]],
    )


def measure(tagger: Tagger, examples: Examples, reading: Reading) -> dict[str, float]:
    """Metrics of a reading: `f1`, `precision`, `recall`, `loss`, and `TYPE/f1` … of each type."""
    counts = Counts.of(examples.spans, reading.spans(), len(tagger.labels))
    return scores(counts, tagger.labels) | {"loss": reading.loss}
