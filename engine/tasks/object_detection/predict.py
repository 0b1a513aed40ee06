"""Loads a detector and finds objects in images."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from engine.errors import InputError
from engine.model_directory import read_card
from engine.tasks.contract import Row
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.decoded import Pixels
from engine.tasks.object_detection.inference import Detections, detect
from engine.tasks.object_detection.metrics import DEFAULT_CONFIDENCE
from engine.tasks.object_detection.model import Card, Detector, read_detector

BOX_TOLERANCE = 0.5
"""Pixels between two processes on the same device: only the order of sums differs."""
CONFIDENCE_TOLERANCE = 0.01
MAX_BYTES = 64 * 2**20
MAX_PIXELS = 100_000_000
INLINE = "data:image/"


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
                (read_image(sample["image"]) for sample in samples),
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


def read_image(source: str) -> Pixels:
    """Decode an image: a path, or a data URL with its content in base64. Blue first. Raises InputError."""
    content, where = _content(source)
    image = None
    if 0 < len(content) <= MAX_BYTES and _pixels(content, where) <= MAX_PIXELS:
        image = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise InputError(
            "not an image that can be read", where=where, fix="give a PNG or JPEG of up to 100 megapixels"
        )
    return np.asarray(image, dtype=np.uint8)


def inline(image: Pixels) -> str:
    """An image as a data URL, so that a sample carries all it needs."""
    return INLINE + "png;base64," + base64.b64encode(cv2.imencode(".png", image)[1].tobytes()).decode()


def agree(expected: Row, got: Row) -> bool:
    """Whether two predictions for one image are the same: equal classes, boxes and confidence within tolerance."""
    wanted, found = expected["objects"], got["objects"]
    return len(wanted) == len(found) and all(
        one["label"] == two["label"]
        and abs(one["confidence"] - two["confidence"]) <= CONFIDENCE_TOLERANCE
        and all(abs(a - b) <= BOX_TOLERANCE for a, b in zip(one["box"], two["box"], strict=True))
        for one, two in zip(wanted, found, strict=True)
    )


def _content(source: str) -> tuple[bytes, str]:
    if source.startswith(INLINE):
        try:
            return base64.b64decode(source.partition(",")[2], validate=True), "the data URL"
        except binascii.Error as problem:
            raise InputError("the image's base64 is damaged", where="the data URL") from problem
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:
            return b"", source
        return path.read_bytes(), source
    except OSError as problem:
        raise InputError(f"the image cannot be read ({problem.strerror})", where=source) from problem


def _pixels(content: bytes, where: str) -> int:
    """Width × height by the header, before anything is decoded."""
    import io

    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.width * image.height
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise InputError(f"not an image that can be read ({type(problem).__name__})", where=where) from problem
