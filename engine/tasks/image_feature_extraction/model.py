"""The model directory: written whole or not at all, loadable alone.

    backbone.json, backbone.safetensors or encoder/   the backbone
    projection.safetensors                            the layer on it
    similarity.json, similarity.safetensors           how alike two embeddings are
    references/                                       the embedded reference pictures
    confidence.json                                   how a confidence is told
    optimisation.json                                 what similarity and confidence were chosen from
    finetop.json, expected.json                       what the model is, and what it must predict

Beside it lies `NAME-index`, the ChromaDB collection: a cache, made anew from `references/` where it is missing,
damaged or of another model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import torch

from engine.errors import InputError, NonFiniteError
from engine.evaluation.report import Table
from engine.files import read_json, write_json
from engine.model_directory import new_model, read_card, settings_of
from engine.retrieval.confidence import Confidence, Threshold, as_json, from_json
from engine.retrieval.references import References
from engine.retrieval.similarity import Similarity
from engine.retrieval.votes import Rule
from engine.tasks.contract import Row
from engine.tasks.image_feature_extraction import TASK
from engine.tasks.image_feature_extraction.config import Config
from engine.tasks.image_feature_extraction.embedder import Embedder

REFERENCES = "references"
CONFIDENCE = "confidence.json"
OPTIMISATION = "optimisation.json"
INDEX = "-index"
"""Ending of the directory beside the model that holds the index."""


@dataclass(frozen=True)
class Card:
    """What `finetop.json` says."""

    task: str
    base: str
    labels: list[str]
    k: int
    """Neighbours that vote."""
    rule: Rule
    config: dict[str, Any]
    threshold: Threshold | None
    """From which confidence an answer is given; None where the confidence is a heuristic."""
    fingerprint: str
    """Of the embedder: whose vectors the references are."""
    targets: list[dict[str, Any]] = field(default_factory=list)
    dataset: str = ""
    validation: dict[str, float] = field(default_factory=dict)
    baseline: dict[str, dict[str, float | None]] = field(default_factory=dict)
    """Split → metrics before: the untrained embedding, cosine, a majority of five, a heuristic confidence."""
    kept_start: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Config:
        """The config of the training. Raises InputError where this version does not know it."""
        return settings_of(self.config, Config)


def write_model(
    directory: Path,
    card: Card,
    embedder: Embedder,
    similarity: Similarity,
    references: References,
    confidence: Confidence,
    tables: Sequence[Table],
    samples: Sequence[Row],
    predictions: Sequence[Row],
) -> None:
    """Write the directory."""
    with new_model(directory, asdict(card), samples, predictions) as staging:
        embedder.save(staging)
        similarity.save(staging)
        references.save(staging / REFERENCES)
        write_json(staging / CONFIDENCE, as_json(confidence))
        write_json(staging / OPTIMISATION, {"tables": tables})


def read_model_card(directory: Path) -> Card:
    """Raises InputError when this is no model of the task."""
    return read_card(directory, TASK.name, Card)


def read_confidence(directory: Path) -> Confidence:
    """Raises InputError where it is not there or damaged."""
    path = directory / CONFIDENCE
    try:
        value: Any = read_json(path)
    except (OSError, ValueError) as problem:
        raise InputError(
            f"the confidence cannot be read ({problem})", where=str(path), fix="train the model anew"
        ) from None
    return from_json(value, where=str(path))


def read_optimisation(directory: Path) -> list[Table]:
    """What similarity and confidence were chosen from; nothing where it cannot be read."""
    try:
        return msgspec.convert(read_json(directory / OPTIMISATION).get("tables", []), list[Table])
    except (OSError, ValueError, msgspec.ValidationError):
        return []


def index_of(directory: Path) -> Path:
    """Where the index of a model directory lies."""
    return directory.with_name(directory.name + INDEX)


def fingerprint_of(embedder: Embedder) -> str:
    """SHA-256 of the weights: changes with anything that changes an embedding. Raises NonFiniteError."""
    digest = hashlib.sha256()
    for name, tensor in sorted(_state(embedder).items()):
        values = tensor.detach().cpu().contiguous()
        if values.is_floating_point() and not torch.isfinite(values).all():
            raise NonFiniteError(f"the weights {name} are not finite", fix="lower learning_rate")
        digest.update(f"{name} {tuple(values.shape)} {values.dtype}".encode() + values.numpy().tobytes())
    return digest.hexdigest()


def _state(embedder: Embedder) -> Mapping[str, torch.Tensor]:
    return embedder.state_dict()
