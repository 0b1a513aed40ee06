"""Labels of folders that look wrong, by models that did not see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.folders.samples.sample import TrainingSample
from engine.folders.samples.text import text_of

if TYPE_CHECKING:
    from engine.folders.encoder import Embed
    from engine.folders.samples.training_db import TrainingDb

FEWEST = 20
"""Labels below which every model is a guess."""


@dataclass(frozen=True)
class Doubt:
    """A label that is contradicted."""

    sample: TrainingSample
    label: str
    looks_like: str
    label_probability: float
    probability: float
    """Of what it looks like. Neither is calibrated."""


@dataclass(frozen=True)
class Checked:
    """What came of it."""

    doubts: list[Doubt]
    """The surest first."""
    labels: int
    agreed: float
    """Part of the labels that the models give, too: the smaller, the less their doubts mean."""


def check_labels(
    db: TrainingDb, taxonomy: str, template: str, embed: Embed, *, regularization: float = 1.0, seed: int = 0
) -> Checked:
    """Labels that heads which did not see the folder are sure to be wrong.

    Confident learning: engine/active_learning/label_errors.py. Raises InputError for fewer than 20 labels, or labels
    all alike.
    """
    import numpy as np

    from engine.active_learning.head import out_of_fold
    from engine.active_learning.label_errors import agreement, label_errors

    labels = list(db.labels(taxonomy).values())
    classes = sorted({each.label for each in labels})
    if len(labels) < FEWEST or len(classes) < 2:
        raise InputError(
            f"{len(labels)} labels of {len(classes)} kinds in {taxonomy} are too few to doubt any",
            where=str(db.path),
            fix=f"label {FEWEST} folders at least",
        )
    samples = [db.sample(each.sample) for each in labels]
    number_of = {name: number for number, name in enumerate(classes)}
    given = np.array([number_of[each.label] for each in labels], dtype=np.int64)
    probabilities = out_of_fold(
        embed([text_of(sample, template) for sample in samples]),
        given,
        len(classes),
        seed=seed,
        regularization=regularization,
    )
    doubts = [
        Doubt(
            samples[error.at],
            classes[error.given],
            classes[error.likely],
            error.given_probability,
            error.likely_probability,
        )
        for error in label_errors(probabilities, given)
    ]
    return Checked(doubts, len(labels), agreement(probabilities, given))


def columns_of(doubts: list[Doubt]) -> dict[str, list[str]]:
    """What the sheet shows beside the folders; `label` stays empty, to be filled where it is wrong."""
    return {
        "labelled": [doubt.label for doubt in doubts],
        "looks like": [doubt.looks_like for doubt in doubts],
        "probability of the label": [f"{doubt.label_probability:.2f}" for doubt in doubts],
        "probability of the other": [f"{doubt.probability:.2f}" for doubt in doubts],
    }
