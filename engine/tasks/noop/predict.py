"""Loads what the task `noop` hands over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.model_directory import read_card
from engine.tasks.contract import Row


@dataclass(frozen=True)
class Model:
    """A number that stands for the weights."""

    value: int
    score: float = 0.0
    """What the script says of it on the test split."""

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """The same label for the same text and weights."""
        return [
            {"label": "odd" if (self.value + len(str(sample.get("text", "")))) % 2 else "even", "value": self.value}
            for sample in samples
        ]


def load(model: Path, device: str) -> Model:
    """Load `model/`; the device makes no difference."""
    card = read_card(model, "noop", dict)
    return Model(int(card["value"]), float(card["config"]["test_score"]))


def agree(expected: Row, got: Row) -> bool:
    """Whether two predictions are the same."""
    return expected == got
