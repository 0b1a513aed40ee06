"""Loads a model directory and says who is on a picture, how sure that is, and whether it is anybody known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import InputError
from engine.linear_head import softmax
from engine.tasks.contract import Row
from engine.tasks.image_classification.confidence import Confidence
from engine.tasks.image_classification.inputs import Inputs
from engine.tasks.image_classification.model import (
    Card,
    Means,
    read_model_card,
    read_network,
    starting_backbone,
)
from engine.tasks.image_classification.network import Recogniser, new_head
from engine.tasks.image_classification.people import Matrix, Numbers, Threshold, Vectors, likeness
from engine.vision.loaded import Pictures

TOP = 5
"""Labels whose share a prediction names."""
TOLERANCE = 5e-3
"""How far the shares of two processes may differ: other batches, other kernels."""
MARGIN = 1e-3
"""How far the cosine of two processes may differ before `known` must be the same."""
COSINE_TEMPERATURE = 0.05
"""Of the softmax over cosines by which the starting model decides; its calibration puts the confidence right."""
LOG_RANGE, BISECTIONS = 12.0, 50
"""Temperatures from e^-12 to e^12, halved as often."""

Scores = tuple[Matrix, Vectors]
"""Of pictures: scores of labels before softmax, and embeddings of length 1."""


@dataclass(frozen=True)
class Judged:
    """Who pictures show, in the order in which they were given."""

    numbers: Numbers
    """Of the labels."""
    confidences: Matrix
    """(pictures,): how often such a judgement of a known person is right."""
    shares: Matrix
    """(pictures, labels), the largest of them the confidence, unless that is less than all labels alike would get."""
    vectors: Vectors
    """Embeddings of length 1."""
    likeness: Matrix
    """Cosine to the mean of the person that the picture is taken for."""
    known: NDArray[np.bool_]
    """Whether that is near enough."""

    def part(self, at: Sequence[int]) -> Judged:
        """Of some of the pictures."""
        chosen = np.asarray(at, dtype=np.int64)
        return Judged(
            self.numbers[chosen],
            self.confidences[chosen],
            self.shares[chosen],
            self.vectors[chosen],
            self.likeness[chosen],
            self.known[chosen],
        )


class Recognition:
    """A model in memory: what gives scores and embeddings, and what turns them into answers."""

    def __init__(
        self,
        network: Recogniser,
        means: Vectors,
        card: Card,
        device: str,
        *,
        confidence: Confidence,
        threshold: Threshold,
        by_means: bool = False,
    ) -> None:
        """`by_means` decides by the nearest mean embedding in place of the head."""
        self.network, self.means, self.card, self.device = network.eval(), means, card, device
        self.labels, self.confidence, self.threshold, self.by_means = card.labels, confidence, threshold, by_means

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """`{"label", "confidence", "scores", "known", "likeness"}` for each `{"image": path or data URL}`; `scores`
        names the five likeliest, `known` says whether it is anybody whom the model knows. Raises InputError."""
        if not samples:
            return []
        judged = self.judge([_source(sample, at) for at, sample in enumerate(samples)])
        return [self._answer(judged, at) for at in range(len(samples))]

    def judge(self, sources: Sequence[str | Path], tick: Callable[[int, int], None] | None = None) -> Judged:
        """Who many pictures show."""
        logits, vectors = self.scores(self._inputs(sources), tick)
        return judged_by(logits, vectors, self.means, self.confidence, self.threshold)

    def embed(self, sources: Sequence[str | Path]) -> Vectors:
        """(pictures, dimensions), of length 1: what people are told apart by. Raises InputError."""
        if not sources:
            return np.zeros((0, self.means.shape[1]), dtype=np.float32)
        return self.scores(self._inputs(sources))[1]

    def scores(self, inputs: Inputs, tick: Callable[[int, int], None] | None = None) -> Scores:
        """Scores and embeddings, before anything is made of them."""
        embedding = "backbone" if self.by_means else self.card.settings.embedding
        logits, vectors = scores_of(self.network, inputs, embedding, tick)
        if self.by_means:
            logits = vectors.astype(np.float64) @ self.means.T.astype(np.float64) / COSINE_TEMPERATURE
        return logits, vectors

    def _inputs(self, sources: Sequence[str | Path]) -> Inputs:
        pictures = Pictures(sources, self.network.backbone)
        return Inputs(self.network, pictures, device=self.device, batch_size=int(self.card.config["eval_batch_size"]))

    def _answer(self, judged: Judged, at: int) -> Row:
        top = np.argsort(-judged.shares[at], kind="stable")[:TOP]
        return {
            "label": self.labels[int(judged.numbers[at])],
            "confidence": round(float(judged.confidences[at]), 6),
            "known": bool(judged.known[at]),
            "likeness": round(float(judged.likeness[at]), 6),
            "scores": {self.labels[int(number)]: round(float(judged.shares[at, number]), 6) for number in top},
        }


def load(model: Path, device: str) -> Recognition:
    """Load a model directory. Raises InputError when it is none of this task, or broken."""
    card = read_model_card(model)
    network, means = read_network(model, card)
    network.to(device)
    return Recognition(network, means.own, card, device, confidence=card.confidence, threshold=card.threshold)


def load_baseline(model: Path, device: str) -> Recognition:
    """What training started from: its backbone, which takes a picture for the label with the nearest mean embedding
    of training pictures. Raises BaseModelError where the base is not on this machine."""
    card = read_model_card(model)
    _, means = read_network(model, card)
    return starting_recognition(card, means, device)


def starting_recognition(card: Card, means: Means, device: str) -> Recognition:
    """The same for a model whose card and means are at hand."""
    backbone = starting_backbone(card.settings)
    network = Recogniser(backbone, new_head(backbone.dimensions, 2, len(card.labels), 0.0, 0))
    network.to(device)
    return Recognition(
        network,
        means.start,
        card,
        device,
        confidence=card.start_confidence,
        threshold=card.start_threshold,
        by_means=True,
    )


def scores_of(
    network: Recogniser, inputs: Inputs, embedding: str, tick: Callable[[int, int], None] | None = None
) -> Scores:
    """Scores by the head, and embeddings, of pictures as they are. The network must be in evaluation mode."""
    labels, width = network.head.output.out_features, network.width(embedding)
    logits = np.zeros((len(inputs), labels))
    vectors = np.zeros((len(inputs), width), dtype=np.float32)
    for part in inputs.parts():
        with torch.inference_mode():
            entered = network.enter(inputs.pictures.tensor(part).to(inputs.device))
            made, embedded = network.judge(entered, embedding)
        logits[part.start : part.stop] = made.double().cpu().numpy()
        vectors[part.start : part.stop] = embedded.cpu().numpy()
        if tick is not None:
            tick(part.stop, len(inputs))
    return logits, vectors


def judged_by(
    logits: Matrix, vectors: Vectors, means: Vectors, confidence: Confidence, threshold: Threshold
) -> Judged:
    """Answers from scores and embeddings."""
    numbers = logits.argmax(axis=1)
    confidences = confidence.probabilities(logits)
    near = likeness(vectors, means, numbers)
    return Judged(numbers, confidences, _shared_out(logits, confidences), vectors, near, near >= threshold.cosine)


def agree(expected: Row, got: Row) -> bool:
    """Whether two processes predicted the same; a tie may fall to either side. NaN never agrees."""
    first, second = expected.get("scores"), got.get("scores")
    if not isinstance(first, dict) or not isinstance(second, dict):
        return False
    if not abs(expected["likeness"] - got["likeness"]) <= TOLERANCE:
        return False
    surest = max([*first.values(), *second.values()], default=0.0)
    named = {label for label, share in (*first.items(), *second.items()) if share > surest - TOLERANCE}
    if expected["label"] not in named or got["label"] not in named:
        return False
    # Which label is fifth may differ, but not how likely it is.
    ordered = zip(sorted(first.values()), sorted(second.values()), strict=False)
    return len(first) == len(second) and all(abs(one - two) <= TOLERANCE for one, two in ordered)


def _shared_out(logits: Matrix, confidences: Matrix) -> Matrix:
    """Shares of which the likeliest label has its confidence, and that keep the order of the labels: softmax at the
    temperature, of each picture its own, at which this is so. It has one solution: the largest share falls as the
    temperature rises, to that of all labels alike, which is the least it can be."""
    scaled = logits - logits.max(axis=1, keepdims=True)
    low, high = np.full(len(logits), -LOG_RANGE), np.full(len(logits), LOG_RANGE)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        too_sure = softmax(scaled / np.exp(middle)[:, None]).max(axis=1, initial=0.0) > confidences
        low, high = np.where(too_sure, middle, low), np.where(too_sure, high, middle)
    return softmax(scaled / np.exp((low + high) / 2)[:, None])


def _source(sample: Row, at: int) -> str:
    image = sample.get("image")
    if not isinstance(image, str) or not image:
        raise InputError(f"sample {at + 1} has no picture", fix='give {"image": "path or data URL"}')
    return image
