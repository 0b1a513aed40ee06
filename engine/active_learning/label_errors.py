"""Labels that look wrong: confident learning on out-of-fold probabilities.

Source: Northcutt, Jiang & Chuang, Confident Learning: Estimating Uncertainty in Dataset Labels (JAIR 2021), 3.1–3.2:
the off-diagonals of the confident joint, ranked by normalised margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.active_learning.arrays import Probabilities
from engine.evaluation.report import Table

SHOWN = 20


@dataclass(frozen=True)
class LabelError:
    """A label that models which never saw it contradict, and are sure of it."""

    at: int
    """Where the example stands among those given."""
    given: int
    """Class that it is labelled as."""
    likely: int
    """Class that it looks like."""
    given_probability: float
    likely_probability: float

    @property
    def margin(self) -> float:
        """How much likelier the other class is."""
        return self.likely_probability - self.given_probability


def label_errors(probabilities: Probabilities, labels: NDArray[np.int64]) -> list[LabelError]:
    """The labels that look wrong, the surest first.

    `probabilities` (examples × classes) must come from models that did not see the example; `labels` are columns. A
    label of probability 0 is of a class that the model never saw, and is not judged.
    """
    if not len(labels):
        return []
    likely, confident = _confident_class(probabilities, labels)
    found = [
        LabelError(
            int(at),
            int(labels[at]),
            int(likely[at]),
            float(probabilities[at, labels[at]]),
            float(probabilities[at, likely[at]]),
        )
        for at in np.flatnonzero(confident & (likely != labels))
    ]
    return sorted(
        (error for error in found if error.margin > 0 and error.given_probability > 0),
        key=lambda error: -error.margin,
    )


def confident_joint(probabilities: Probabilities, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many examples labelled as the row's class are confidently of the column's class."""
    classes = probabilities.shape[1]
    joint = np.zeros((classes, classes), dtype=np.int64)
    likely, confident = _confident_class(probabilities, labels)
    np.add.at(joint, (labels[confident], likely[confident]), 1)
    return joint


def agreement(probabilities: Probabilities, labels: NDArray[np.int64]) -> float:
    """Part of the labels that the models give, too: where it is small, their doubts mean little."""
    return float((probabilities.argmax(axis=1) == labels).mean()) if len(labels) else 0.0


def label_errors_table(
    errors: Sequence[LabelError], classes: Sequence[str], texts: Sequence[str], agreed: float
) -> Table:
    """The surest ones as a table of the report; `agreed` is `agreement`."""
    return Table(
        "Labels that look wrong",
        ["text", "label", "looks like", "probability of the label", "probability of the other"],
        [
            [texts[e.at], classes[e.given], classes[e.likely], e.given_probability, e.likely_probability]
            for e in errors[:SHOWN]
        ],
        note=(
            f"{len(errors)} of {len(texts)} labels; models that did not see them are sure of another class "
            f"(confident learning, Northcutt et al. 2021). They agree with {agreed:.0%} of all labels: the fewer, "
            "the less their doubts mean. Look before you change them."
        ),
    )


def _confident_class(
    probabilities: Probabilities, labels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each example the likeliest of the classes whose threshold it reaches, and whether it reaches any.

    A class's threshold is the mean probability that it has where it is the label: models that are too sure, or too
    little, of a class are judged by their own measure. Classes without a label have none.
    """
    classes = probabilities.shape[1]
    thresholds = np.full(classes, np.inf)
    for number in np.unique(labels):
        thresholds[number] = probabilities[labels == number, number].mean()
    reached = probabilities >= thresholds
    likely = np.where(reached, probabilities, -1).argmax(axis=1)
    confident: NDArray[np.bool_] = np.any(reached, axis=1)
    return likely, confident
