"""What a model said of a folder, and of all folders told together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.folders.samples.training_db import Label

if TYPE_CHECKING:
    from engine.folders.samples.sample import TrainingSample


@dataclass(frozen=True)
class Predicted:
    """A folder with what the model says of it."""

    sample: TrainingSample
    label: str
    """Empty where what the model says has no counterpart in the taxonomy."""
    confidence: float
    truth: Label | None
    """What people say, in the same taxonomy."""


@dataclass
class Tally:
    """What came out, all told."""

    folders: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(truth, prediction) of the labelled ones."""
    seconds: float = 0.0

    def add(self, one: Predicted) -> None:
        self.folders += 1
        self.labels[one.label] += 1
        if one.truth is not None:
            self.met[one.truth.label, one.label] += 1

    @property
    def labelled(self) -> int:
        return self.met.total()

    @property
    def accuracy(self) -> float | None:
        """Part of the labelled folders that is right; None without any."""
        right = sum(count for (truth, label), count in self.met.items() if truth == label)
        return right / self.labelled if self.labelled else None

    @property
    def macro_f1(self) -> float | None:
        """Mean F1 of the labels that occur in the truth or in the predictions, of the labelled folders."""
        true, said = Counter[str](), Counter[str]()
        for (truth, label), count in self.met.items():
            true[truth] += count
            said[label] += count
        scores = [2 * self.met[label, label] / (true[label] + said[label]) for label in true | said if label]
        return sum(scores) / len(scores) if scores else None
