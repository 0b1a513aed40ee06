"""How likely the label that a picture gets is right, by the scores of all labels. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.evaluation.calibrators import PLATT_FROM, Calibrator, choose
from engine.evaluation.temperature import fit_temperature
from engine.linear_head import Matrix, Numbers, softmax


@dataclass(frozen=True)
class Confidence:
    """The scores' softmax at a temperature, and what corrects the likeliest label's share where there are rows
    enough to tell that it needs it.

    The temperature comes first: a net with smoothed labels gives the right one of 24 people a share of 0.3, and no
    correction of that share alone knows how many others had the rest.
    """

    temperature: float = 1.0
    rows: int = 0
    """How many it was fitted on; with none it is the softmax as it is."""
    calibrator: Calibrator | None = None

    @property
    def kind(self) -> str:
        """In words."""
        if not self.rows:
            return "none"
        more = f" and {self.calibrator.kind}" if self.calibrator is not None else ""
        return f"temperature{more}"

    def probabilities(self, logits: Matrix) -> Matrix:
        """(pictures,) of the likeliest label being right."""
        if self.calibrator is not None:
            return self.calibrator.probabilities(top_odds(logits / self.temperature))
        made: Matrix = softmax(logits / self.temperature).max(axis=1, initial=0.0)
        return made


def fit_confidence(logits: Matrix, classes: Numbers) -> Confidence:
    """Fit on pictures of known people; as it is where there are none."""
    if not len(classes):
        return Confidence()
    temperature = fit_temperature(logits, classes)
    calibrator = None
    if len(classes) >= PLATT_FROM:
        chosen = choose(top_odds(logits / temperature), logits.argmax(axis=1) == classes).calibrator
        calibrator = None if chosen.kind == "temperature" else chosen
    return Confidence(temperature, len(classes), calibrator)


def top_odds(logits: Matrix) -> Matrix:
    """(pictures,) log-odds that softmax gives the likeliest label."""
    ordered = np.sort(logits, axis=1)
    if ordered.shape[1] < 2:
        return np.full(len(ordered), 20.0)
    rest = ordered[:, :-1] - ordered[:, -1:]
    most = rest.max(axis=1, keepdims=True)
    odds: Matrix = -(most[:, 0] + np.log(np.exp(rest - most).sum(axis=1)))
    return odds
