"""Loads a detector and finds objects in images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from engine.model_directory import read_card, settings_of
from engine.tasks.contract import Row
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.inference import Detections, detect
from engine.tasks.object_detection.metrics import DEFAULT_CONFIDENCE
from engine.tasks.object_detection.model import Card, Detector, build, read_detector
from engine.tasks.object_detection.reading import read_images

BOX_TOLERANCE = 0.5
"""Pixels between two processes on the same device: only the order of sums differs."""
CONFIDENCE_TOLERANCE = 0.01


class DetectorPredictor:
    """A loaded detector (engine.tasks.contract.Predictor)."""

    def __init__(self, detector: Detector, card: Card, device: str) -> None:
        self.detector, self.card, self.device = detector, card, device

    def predict(self, samples: Sequence[Row]) -> list[Row]:
        """`{"objects": [{label, box, confidence}]}` per sample `{"image": path or data URL}`: the objects that are as
        sure as their class's operating confidence asks for."""
        return [
            {"objects": [entry for entry in row["objects"] if entry["confidence"] >= self._threshold(entry["label"])]}
            for row in self.detect(samples)
        ]

    def detect(self, samples: Sequence[Row], tick: Callable[[int], None] = lambda done: None) -> list[Row]:
        """The same with everything that has a confidence of 0.001 or more, for curves."""
        with torch.inference_mode():
            found = detect(
                self.detector.model,
                read_images([sample["image"] for sample in samples]),
                size=self.card.image_size,
                batch_size=int(self.card.config["eval_batch_size"]),
                nms_iou=self.card.nms_iou,
                max_detections=self.card.max_detections,
                tiling=self.card.tiling,
                tick=tick,
            )
        return [prediction_of(one, self.card.labels) for one in found]

    def _threshold(self, label: str) -> float:
        return self.card.thresholds.get(label, DEFAULT_CONFIDENCE)


def load(model: Path, device: str) -> DetectorPredictor:
    """Load a model directory. Raises InputError when it is not one."""
    card = read_card(model, TASK.name, Card)
    return DetectorPredictor(read_detector(model, card, device), card, device)


def load_baseline(model: Path, device: str) -> DetectorPredictor:
    """What a model directory began with: the base's weights where they fit, under a head that has learnt nothing
    where the classes differ. It operates where the trained one does. Raises InputError, BaseModelError."""
    card = read_card(model, TASK.name, Card)
    detector = build(settings_of(card.config, Config), card.labels, device)
    detector.model.eval()
    return DetectorPredictor(detector, card, device)


def prediction_of(detections: Detections, labels: Sequence[str]) -> Row:
    """What people and programs get of the objects found in an image."""
    return {
        "objects": [
            {
                "label": labels[int(row[5])],
                "box": [round(float(value), 2) for value in row[:4]],
                "confidence": round(float(row[4]), 6),
            }
            for row in detections
        ]
    }


def agree(expected: Row, got: Row) -> bool:
    """Whether two predictions for one image are the same: equal classes, boxes and confidence within tolerance."""
    wanted, found = expected["objects"], got["objects"]
    return len(wanted) == len(found) and all(
        one["label"] == two["label"]
        and abs(one["confidence"] - two["confidence"]) <= CONFIDENCE_TOLERANCE
        and all(abs(a - b) <= BOX_TOLERANCE for a, b in zip(one["box"], two["box"], strict=True))
        for one, two in zip(wanted, found, strict=True)
    )
