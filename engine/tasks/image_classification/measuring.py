"""What a model came to on some pictures: how well it names people whom it knows, and tells apart any others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.calibration import expected_calibration_error, reliability
from engine.evaluation.identification import Identification, identify
from engine.evaluation.labels import intervals, label_metrics, scores
from engine.evaluation.verification import Verification, verify
from engine.tasks.image_classification.people import Numbers
from engine.tasks.image_classification.predict import Judged

Metrics = dict[str, float | None]
Mask = NDArray[np.bool_]
STRANGER, LEFT_OUT = -1, -2
FEWEST_SEARCHED = 2
"""People without whom nobody is searched for."""


@dataclass(frozen=True)
class Truth:
    """Who the pictures of a split show."""

    people: list[str]
    labels: list[str]
    """Those of the model, in its order, and after them others that count as its own (new ones in feedback)."""
    numbers: Numbers
    """Of `labels`; STRANGER for people whom training never saw, LEFT_OUT for those whom the model learnt since these
    pictures were strangers'."""
    groups: list[str]
    """What stands or falls together."""

    @property
    def known(self) -> Mask:
        """Whether the model ought to name the person."""
        mask: Mask = self.numbers >= 0
        return mask

    @property
    def strange(self) -> Mask:
        """Whether the model ought to say that it is nobody known."""
        mask: Mask = self.numbers == STRANGER
        return mask

    def part(self, at: Sequence[int] | Numbers) -> Truth:
        """Of some of the pictures."""
        return Truth(
            [self.people[one] for one in at],
            self.labels,
            self.numbers[np.asarray(at, dtype=np.int64)],
            [self.groups[one] for one in at],
        )


@dataclass(frozen=True)
class Measured:
    """Metrics of some pictures, and what they were made of."""

    metrics: Metrics
    intervals: dict[str, tuple[float, float]]
    verification: Verification
    identification: Identification | None
    notes: list[str] = field(default_factory=list)


def measure(truth: Truth, judged: Judged, *, enrolment: int, resamples: int | None = None) -> Measured:
    """Everything of these pictures. `resamples` of the bootstrap; 0 makes no intervals.

    People are drawn anew by intervals of verification and identification, groups by those of the classifier.
    """
    verification = verify(judged.vectors, truth.people, resamples=resamples)
    metrics: Metrics = {**_named(truth, judged), **verification.metrics}
    found = dict(verification.intervals)
    known = np.flatnonzero(truth.known)
    if len(known) and resamples != 0:
        groups = [truth.groups[at] for at in known]
        spread = intervals(truth.numbers[known], judged.numbers[known], truth.labels, groups)
        found |= {name: spread[name] for name in ("accuracy", "macro_f1") if name in spread}
    identification = _identified(truth, judged, enrolment)
    for name in ("rank1", "rank5"):
        metrics[name] = identification.metrics[name] if identification else None
        if identification and name in identification.intervals:
            found[name] = identification.intervals[name]
    return Measured(metrics, found, verification, identification, verification.notes)


def _named(truth: Truth, judged: Judged) -> Metrics:
    """What the classifier named right: of people whom it knows, and of strangers."""
    known = truth.known
    names: Metrics = dict.fromkeys(("accuracy", "macro_f1", "precision", "recall", "calibration_error"))
    if known.any():
        numbers, predicted = truth.numbers[known], judged.numbers[known]
        values = scores(numbers, predicted, len(truth.labels))
        there = np.unique(numbers)
        bins = reliability(judged.confidences[known].tolist(), (numbers == predicted).tolist())
        names |= {
            "accuracy": values.accuracy,
            "macro_f1": values.macro_f1,
            "precision": float(values.precision[there].mean()),
            "recall": float(values.recall[there].mean()),
            "calibration_error": expected_calibration_error(bins),
        }
        for name, value in label_metrics(numbers, predicted, truth.labels).items():
            label, _, metric = name.rpartition("/")
            if metric in ("precision", "recall") and label in truth.labels and truth.labels.index(label) in there:
                names[name] = value
    strange = truth.strange
    names["open_set_rejection"] = float((~judged.known[strange]).mean()) if strange.any() else None
    passed = judged.known & (judged.numbers == truth.numbers)
    names["accepted"] = float(passed[known].mean()) if known.any() else None
    return names


def _identified(truth: Truth, judged: Judged, enrolment: int) -> Identification | None:
    """Searches among people who were enrolled by some of these pictures; None where there are too few."""
    counts: dict[str, int] = {}
    for person in truth.people:
        counts[person] = counts.get(person, 0) + 1
    if sum(count > enrolment for count in counts.values()) < FEWEST_SEARCHED:
        return None
    return identify(judged.vectors, truth.people, enrolled=enrolment)
