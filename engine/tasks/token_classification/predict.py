"""Loads a tagger and finds entities in texts, as characters of the original text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from engine.model_directory import read_card
from engine.tasks.contract import Row
from engine.tasks.token_classification import TASK
from engine.tasks.token_classification.config import Config
from engine.tasks.token_classification.decode import Found
from engine.tasks.token_classification.examples import Examples, read_with
from engine.tasks.token_classification.model import Card, Tagger, build, read_tagger

CONFIDENCE_TOLERANCE = 0.01
"""Between two processes on the same device only the order of sums differs."""


class TaggerPredictor:
    """A loaded tagger (engine.tasks.contract.Predictor)."""

    def __init__(self, tagger: Tagger, card: Card, device: str) -> None:
        self.tagger, self.card, self.device = tagger, card, device

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """`{"entities": [{start, end, label, text, confidence}]}` per sample, of any length."""
        rows = [{"text": sample["text"], "entities": []} for sample in samples]
        examples = Examples.read(self.tagger, rows, unit=self.card.unit, stride=self.card.stride)
        with torch.inference_mode():
            reading = read_with(
                self.tagger,
                examples,
                eval_batch_size=int(self.card.config["eval_batch_size"]),
                device=self.device,
                tell=lambda done, total: None,
            )
        return [
            prediction_of(row["text"], found, self.tagger.labels)
            for row, found in zip(rows, reading.found, strict=True)
        ]


def load(model: Path, device: str) -> TaggerPredictor:
    """Load a model directory. Raises InputError when it is not one."""
    card = read_card(model, TASK.name, Card)
    return TaggerPredictor(read_tagger(model, card, device), card, device)


def load_baseline(model: Path, device: str) -> TaggerPredictor:
    """What a model directory began with: the pretrained body under a head that has learnt nothing."""
    card = read_card(model, TASK.name, Card)
    tagger = build(Config.model_validate(card.config), card.labels, device)
    tagger.model.eval()
    return TaggerPredictor(tagger, card, device)


def prediction_of(text: str, found: Sequence[Found], labels: Sequence[str]) -> Row:
    """What people and programs get of the entities found in a text."""
    return {
        "entities": [
            {
                "start": span.start,
                "end": span.end,
                "label": labels[span.label],
                "text": text[span.start : span.end],
                "confidence": round(confidence, 6),
            }
            for span, confidence in found
        ]
    }


def agree(expected: Row, got: Row) -> bool:
    """Whether two predictions for one sample are the same: equal entities, confidence within tolerance."""
    wanted, found = expected["entities"], got["entities"]
    return len(wanted) == len(found) and all(
        (one["start"], one["end"], one["label"]) == (two["start"], two["end"], two["label"])
        and abs(one["confidence"] - two["confidence"]) <= CONFIDENCE_TOLERANCE
        for one, two in zip(wanted, found, strict=True)
    )
