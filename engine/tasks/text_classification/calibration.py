"""What makes a confidence mean what it says, fitted on rows that neither trained the model nor chose when to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.evaluation.temperature import fit_temperature
from engine.tasks.text_classification.head import Matrix, Numbers, softmax

Kind = Literal["none", "temperature", "isotonic"]
ISOTONIC_FROM = 1000
"""Rows below which isotonic regression overfits (scikit-learn's guide, "Probability calibration")."""


@dataclass(frozen=True)
class Calibration:
    """Turns class scores into probabilities. The likeliest class stays the same."""

    kind: Kind = "none"
    temperature: float = 1.0
    rows: int = 0
    """How many it was fitted on."""
    source: str = ""
    """What rows these were, in words."""
    confidences: list[float] = field(default_factory=list)
    """Isotonic: what the head says, rising …"""
    shares: list[float] = field(default_factory=list)
    """… and how often it is right there."""

    def probabilities(self, logits: Matrix) -> Matrix:
        """(texts, classes); the highest of a row is the confidence, except where isotonic regression puts the
        confidence of the likeliest class below what the others share."""
        raw = softmax(logits / self.temperature)
        if self.kind != "isotonic":
            return raw
        top = np.argmax(logits, axis=1)
        at = np.arange(len(raw))
        confidence = raw[at, top]
        wanted = np.interp(confidence, self.confidences, self.shares)
        rest = 1 - confidence
        # What is certain has no others to share what is taken from it: they get equal parts.
        scale = np.where(rest > 1e-9, (1 - wanted) / np.where(rest > 1e-9, rest, 1.0), 0.0)
        made: Matrix = raw * scale[:, None]
        made[rest <= 1e-9] = ((1 - wanted[rest <= 1e-9]) / max(1, raw.shape[1] - 1))[:, None]
        made[at, top] = wanted
        return made


def kind_for(wanted: str, rows: int) -> Kind:
    """What `calibration:` of the config means for so many rows."""
    if wanted == "auto":
        return "isotonic" if rows >= ISOTONIC_FROM else "temperature"
    return {"temperature": "temperature", "isotonic": "isotonic"}.get(wanted, "none")  # type: ignore[return-value]


def fit_calibration(kind: Kind, logits: Matrix, classes: Numbers, *, source: str = "") -> Calibration:
    """Fit on rows with known classes; without rows nothing is calibrated."""
    if kind == "none" or not len(classes):
        return Calibration()
    if kind == "temperature":
        return Calibration("temperature", fit_temperature(logits, classes), len(classes), source)
    from sklearn.isotonic import IsotonicRegression

    probabilities = softmax(logits)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == classes
    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(confidence, right)
    return Calibration(
        "isotonic", 1.0, len(classes), source, model.X_thresholds_.tolist(), model.y_thresholds_.tolist()
    )
