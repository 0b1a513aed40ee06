"""Embeddings kept in the workspace, by the untrained base or by a trained model: what choosing folders to label
compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.embedding_cache import Tell, cached_embeddings, open_cache
from engine.tasks.text_classification.config import Config
from engine.tasks.text_classification.head import Vectors
from engine.tasks.text_classification.model import read_model_card, saved_encoder, untrained_encoder
from engine.text_encoder import Encoder
from engine.workspace import Workspace


def base_embedder(
    config: Config, workspace: Workspace, device: str = "cpu", *, tell: Tell | None = None
) -> Callable[[Sequence[str]], Vectors]:
    """Texts → vectors of length 1, (texts, width), by the base that a training with this config starts from.

    A text is encoded once, whoever asked for it first. Raises BaseModelError.
    """
    return _embedder(untrained_encoder(config), workspace, device, tell)


def trained_embedder(
    model: Path, workspace: Workspace, device: str = "cpu", *, tell: Tell | None = None
) -> Callable[[Sequence[str]], Vectors]:
    """The same by the encoder of a model directory. Raises InputError, BaseModelError."""
    return _embedder(saved_encoder(model, read_model_card(model)), workspace, device, tell)


def _embedder(
    encoder: Encoder, workspace: Workspace, device: str, tell: Tell | None
) -> Callable[[Sequence[str]], Vectors]:
    encoder.to(device)
    cache = open_cache(workspace, encoder)
    return lambda texts: cached_embeddings(cache, texts, encoder.embed, tell=tell)
