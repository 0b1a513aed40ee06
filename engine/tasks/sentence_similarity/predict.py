"""Loads a model directory and tells how alike two texts are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from engine.errors import InputError
from engine.lean_encoder.encoder import LeanEncoder, lean_encoder
from engine.model_directory import read_card
from engine.tasks.contract import Row
from engine.tasks.sentence_similarity import TASK
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.model import saved_encoder, untrained_encoder
from engine.text_encoder import Encoder, Vectors

TOLERANCE = 2e-3
"""How far two processes may differ: other batches, other kernels."""


class SimilarityPredictor:
    """A loaded encoder."""

    def __init__(self, encoder: Encoder, lean: LeanEncoder | None = None) -> None:
        """`lean` is the encoder in the form that computes the same with less work."""
        self.encoder, self.lean = encoder.eval(), lean

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """`{"similarity": …}` for each `{"a": …, "b": …}`: the cosine, from −1 to 1."""
        texts = [_text(sample, side, at) for side in ("a", "b") for at, sample in enumerate(samples)]
        vectors = self.embed(texts)
        count = len(samples)
        return [{"similarity": _cosine(vectors[at], vectors[count + at])} for at in range(count)]

    def embed(self, texts: Sequence[str], *, batch_size: int = 64) -> Vectors:
        """One vector per text."""
        if self.lean is not None:
            return self.lean.embed(texts)
        return self.encoder.embed(texts, batch_size=batch_size)


def load(model: Path, device: str) -> SimilarityPredictor:
    """Load a model directory. Raises BaseModelError when it is not one."""
    encoder = saved_encoder(model)
    encoder.to(device)
    return SimilarityPredictor(encoder, lean_encoder(encoder, "fp32"))


def load_baseline(model: Path, device: str) -> SimilarityPredictor:
    """The untrained base of a model directory. Raises InputError, BaseModelError."""
    config = Config.model_validate(read_card(model, TASK.name, dict)["config"])
    encoder = untrained_encoder(config)
    encoder.to(device)
    return SimilarityPredictor(encoder)


def agree(expected: Row, got: Row) -> bool:
    """Whether two processes predicted the same. NaN never agrees."""
    first, second = expected.get("similarity"), got.get("similarity")
    if not isinstance(first, int | float) or not isinstance(second, int | float):
        return False
    return math.isfinite(second) and abs(first - second) <= TOLERANCE


def _text(sample: Row, side: str, at: int) -> str:
    text = sample.get(side)
    if not isinstance(text, str):
        raise InputError(f"sample {at + 1} has no text {side!r}", fix='give {"a": "one text", "b": "the other"}')
    return text


def _cosine(a: Vectors, b: Vectors) -> float:
    scale = float((a @ a) * (b @ b)) ** 0.5
    return round(float(a @ b) / scale, 6) if scale else 0.0
