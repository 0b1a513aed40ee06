"""What the untrained base model makes of the texts: each goes to the label whose prototype is nearest.

A prototype is the mean of a label's training texts, or what the profile says that the label means. The first knows
the same examples as a training does, so it answers whether training the encoder is worth it; the second needs no
example at all. Either is a head like any other: its rows are the prototypes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from engine.tasks.text_classification.head import Head, Numbers, Vectors
from engine.text_encoder import Encoder

Kind = Literal["centroids", "descriptions"]
KINDS: tuple[Kind, ...] = ("centroids", "descriptions")


def centroids(vectors: Vectors, classes: Numbers, count: int) -> Head:
    """A head whose scores are cosines with the mean vector of each class."""
    means = np.stack([vectors[classes == number].mean(axis=0) for number in range(count)])
    return _cosines_with(means)


def descriptions(encoder: Encoder, meanings: Mapping[str, str], labels: Sequence[str]) -> Head | None:
    """A head whose scores are cosines with what each label means; None unless each label says so."""
    if not all(meanings.get(label) for label in labels):
        return None
    return _cosines_with(encoder.embed([f"{label}: {meanings[label]}".replace("_", " ") for label in labels]))


def _cosines_with(prototypes: Vectors) -> Head:
    unit = prototypes.astype(np.float64) / np.linalg.norm(prototypes, axis=1, keepdims=True).clip(1e-12)
    return Head(unit, np.zeros(len(unit)))
