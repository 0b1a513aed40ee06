"""Known or a stranger: how near a picture must be to the mean of those of the person it is taken for. Pure.

That cosine told rightly named people from strangers best, on drawn people (quick preset of profiles/faces.yaml; area
under the curve): 0.710, the softmax's share 0.693, the cosine's margin to the next person 0.661, the largest score
before softmax 0.659. And it alone can be measured without strangers: known people play them (`as_strangers`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Threshold:
    """Cosine from which somebody is known, and where it comes from."""

    cosine: float
    false_accept_rate: float
    """What was asked for."""
    strangers: int
    """Pictures that it was chosen by."""
    real: bool
    """Whether these show people whom training never saw. Else they show known people, each held against the others:
    training pushed these apart, so real strangers pass more often than was asked for."""

    @property
    def sentence(self) -> str:
        """What a reader must know of it."""
        rate = f"{self.false_accept_rate:g}"
        told = f"A picture counts as of a known person from a cosine of {self.cosine:.3f} to that person's mean"
        if not self.strangers:
            return f"{told}: a guess, because no validation picture could say where {rate} of strangers pass."
        whose = (
            "validation pictures of people whom training never saw"
            if self.real
            else "validation pictures of known people held against all others; real strangers may pass more often"
        )
        few = "" if self.strangers * self.false_accept_rate >= 1 else ", too few to tell a rate so low"
        return f"{told}: at most {rate} pass of {self.strangers} {whose}{few}."


GUESS = 0.5
"""Cosine where nothing is held out to choose by."""


def means_of(vectors: Vectors, classes: Numbers, count: int) -> Vectors:
    """The mean direction of each class, of length 1: (count, dimensions); zeros for a class without a picture."""
    unit = unit_length(vectors)
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, classes, unit)
    return unit_length(sums)


def unit_length(vectors: NDArray[np.floating]) -> Vectors:
    """Vectors of length 1; those of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Vectors = (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return made


def likeness(vectors: Vectors, means: Vectors, taken_for: Numbers) -> Matrix:
    """Cosine of each picture to the mean of the person it is taken for."""
    made: Matrix = np.einsum("nd,nd->n", vectors, means[taken_for]).astype(np.float64)
    return made


def threshold_by(impostors: Matrix, false_accept_rate: float, *, real: bool) -> Threshold:
    """The lowest threshold that at most this part of the impostors' cosines reaches."""
    if not len(impostors):
        return Threshold(GUESS, false_accept_rate, 0, real)
    falling = np.sort(impostors)[::-1]
    may_pass = int(np.floor(false_accept_rate * len(falling) + 1e-9))
    cosine = float(np.nextafter(falling[may_pass], np.inf)) if may_pass < len(falling) else -1.0
    return Threshold(cosine, false_accept_rate, len(falling), real)


def as_strangers(vectors: Vectors, means: Vectors, classes: Numbers, logits: Matrix) -> Matrix:
    """Cosines of known people's pictures to whom they would be taken for if their own person were not known."""
    if means.shape[0] < 2 or not len(vectors):
        return np.zeros(0)
    others = logits.copy()
    others[np.arange(len(classes)), classes] = -np.inf
    return likeness(vectors, means, others.argmax(axis=1))
