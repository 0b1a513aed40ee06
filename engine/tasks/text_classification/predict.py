"""Loads a model directory and says what a text is, and how sure that is. Fast for many texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.lean_encoder.encoder import LeanEncoder, lean_encoder
from engine.tasks.contract import Row
from engine.tasks.text_classification.calibration import Calibration
from engine.tasks.text_classification.head import Head, Matrix, Numbers, Vectors
from engine.tasks.text_classification.model import (
    OWN,
    Card,
    read_head,
    read_model_card,
    saved_encoder,
    untrained_encoder,
)
from engine.tasks.text_classification.prototypes import Kind
from engine.text_encoder import Encoder

TOLERANCE = 5e-3
"""How far the scores of two processes may differ: other batches, other kernels."""
BATCH_SIZE = 64


@dataclass(frozen=True)
class Judged:
    """What texts are, in the order in which they were given."""

    numbers: Numbers
    """Of the labels."""
    confidences: Matrix
    """(texts,): how often such a judgement is right."""
    shares: Matrix
    """(texts, labels): calibrated probabilities."""


class TextClassifier:
    """An encoder with a head. `embed` and `judge` are the two halves, for callers that keep embeddings."""

    def __init__(
        self,
        encoder: Encoder,
        head: Head,
        calibration: Calibration,
        card: Card,
        *,
        lean: LeanEncoder | None = None,
    ) -> None:
        """`lean` is the encoder in the form that computes the same with less work."""
        self.encoder, self.lean = encoder.eval(), lean
        self.head, self.calibration, self.card = head, calibration, card
        self.labels = card.labels

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """`{"label", "confidence", "scores"}` for each `{"text": …}`. Raises InputError for a sample without text."""
        judged = self.classify([_text(sample, at) for at, sample in enumerate(samples)])
        return [
            {
                "label": self.labels[number],
                "confidence": round(float(confidence), 6),
                "scores": {label: round(float(share), 6) for label, share in zip(self.labels, shares, strict=True)},
            }
            for number, confidence, shares in zip(judged.numbers, judged.confidences, judged.shares, strict=True)
        ]

    def classify(self, texts: Sequence[str], *, batch_size: int = BATCH_SIZE) -> Judged:
        """What many texts are: a text given twice is encoded once, and alike lengths go together."""
        return self.judge(self.embed(texts, batch_size=batch_size))

    def embed(self, texts: Sequence[str], *, batch_size: int = BATCH_SIZE) -> Vectors:
        """A vector of length 1 per text: (texts, dimensions), float32."""
        if not texts:
            return np.zeros((0, self.head.weight.shape[1]), dtype=np.float32)
        if self.lean is not None:
            return self.lean.embed(texts)
        return self.encoder.embed(texts, batch_size=batch_size)

    def judge(self, vectors: Vectors) -> Judged:
        """What texts are by their vectors."""
        logits = self.head.logits(vectors)
        numbers = logits.argmax(axis=1)
        shares = self.calibration.probabilities(logits)
        return Judged(numbers, shares[np.arange(len(numbers)), numbers], shares)


def load(model: Path, device: str) -> TextClassifier:
    """Load a model directory. Raises InputError when it is none of this task, BaseModelError when it is broken."""
    card = read_model_card(model)
    head = read_head(model, OWN, card)
    encoder = saved_encoder(model, card)
    encoder.to(device)
    return TextClassifier(encoder, head, card.calibration, card, lean=lean_encoder(encoder, "fp32"))


def load_baseline(model: Path, device: str, kind: Kind | None = None) -> TextClassifier:
    """The untrained base with the prototypes that stand beside a model: class centroids of its training texts
    (the default), or descriptions. Raises InputError where the model has none of the kind, BaseModelError where
    the base is not on this machine."""
    card = read_model_card(model)
    chosen = kind or "centroids"
    if chosen not in card.prototypes:
        raise InputError(
            f"the model has no prototypes from {chosen}", where=str(model), fix=f"use {', '.join(card.prototypes)}"
        )
    head = read_head(model, chosen, card)
    encoder = untrained_encoder(card.settings)
    encoder.to(device)
    return TextClassifier(encoder, head, card.prototypes[chosen], card)


def agree(expected: Row, got: Row) -> bool:
    """Whether two processes predicted the same; a tie may fall to either side. NaN never agrees."""
    first, second = expected.get("scores"), got.get("scores")
    if not isinstance(first, dict) or not isinstance(second, dict) or first.keys() != second.keys():
        return False
    return all(abs(first[label] - second[label]) <= TOLERANCE for label in first)


def _text(sample: Row, at: int) -> str:
    text = sample.get("text")
    if not isinstance(text, str):
        raise InputError(f"sample {at + 1} has no text", fix='give {"text": "…"}')
    # A tokenizer takes no surrogates.
    return text.encode("utf-8", "replace").decode("utf-8")
