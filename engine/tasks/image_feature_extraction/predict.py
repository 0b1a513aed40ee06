"""Loads a model directory with its index and answers."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError
from engine.retrieval.references import saved_references
from engine.retrieval.similarity import saved_similarity
from engine.tasks.contract import Row
from engine.tasks.image_feature_extraction.embedder import saved_embedder
from engine.tasks.image_feature_extraction.model import (
    REFERENCES,
    fingerprint_of,
    index_of,
    read_confidence,
    read_model_card,
)
from engine.tasks.image_feature_extraction.retriever import Retriever

TOLERANCE = 5e-3
"""How far similarities and confidences of two processes may differ: other batches, other kernels."""


def load(model: Path, device: str, *, indexed: bool = True) -> Retriever:
    """Load a model directory. The index beside it is made anew where it is missing or damaged; one that answers less
    than 99 in 100 like an exact search is not used. Raises InputError when it is none of this task or broken."""
    card = read_model_card(model)
    embedder = saved_embedder(model).to(device)
    references = saved_references(model / REFERENCES)
    if fingerprint_of(embedder) != card.fingerprint or references.model != card.fingerprint:
        raise InputError(
            "the references were embedded by another model than the one beside them",
            where=str(model),
            fix="train it anew: their similarities would mean nothing",
        )
    settings = card.settings
    retriever = Retriever(
        embedder=embedder,
        similarity=saved_similarity(model, embedder.dimensions),
        references=references,
        k=card.k,
        rule=card.rule,
        confidence=read_confidence(model),
        threshold=card.threshold,
        map_at=settings.answers.map_at,
        bits=settings.bits,
        batch_size=settings.eval_batch_size,
    )
    if indexed:
        from engine.retrieval.index import open_or_rebuild

        index = open_or_rebuild(
            index_of(model),
            references,
            retriever.similarity,
            model=card.fingerprint,
            collection=settings.answers.collection,
        )
        retriever.search = index.query
    return retriever


def agree(expected: Row, got: Row) -> bool:
    """Whether two processes answered the same. Where two labels are as likely a rounding may turn them round, but not
    their confidence."""
    first, second = expected.get("confidence"), got.get("confidence")
    if not isinstance(first, float | int) or not isinstance(second, float | int):
        return False
    near = _similarity(expected), _similarity(got)
    return (
        abs(first - second) <= TOLERANCE
        and (near[0] is None) == (near[1] is None)
        and (
            near[0] is None or abs(near[0] - near[1]) <= TOLERANCE  # type: ignore[operator]
        )
    )


def _similarity(row: Row) -> float | None:
    neighbours = row.get("neighbours") or []
    return float(neighbours[0]["similarity"]) if neighbours else None
