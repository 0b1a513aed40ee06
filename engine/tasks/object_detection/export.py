"""A detector for other programs: ONNX, and a checkpoint of Ultralytics."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.model_directory import read_card
from engine.onnx_network import Standing, write_onnx
from engine.registry.card import Usage
from engine.registry.export.agreement import Answer
from engine.registry.licences import AGPL_NOTE
from engine.tasks.contract import Row
from engine.tasks.object_detection import TASK
from engine.tasks.object_detection.images import normalized
from engine.tasks.object_detection.inference import STRIDE, fit
from engine.tasks.object_detection.metrics import DEFAULT_CONFIDENCE
from engine.tasks.object_detection.model import Card
from engine.tasks.object_detection.predict import DetectorPredictor, load
from engine.tasks.object_detection.reading import read_images

TOLERANCES = {"confidence": 1e-3, "box in pixels": 0.1}
CHECKPOINT = "best.pt"


class Decoded(nn.Module):
    """Pictures (N, 3, height, width), red first, from 0 to 1 → (N, 4 + classes, places): of each place a box (centre,
    width, height, in pixels of the input) and the confidence of each class."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = copy.deepcopy(model)
        layers: Any = self.model.model
        # Else it keeps the places of the first picture for those of other sizes.
        layers[-1].dynamic = True

    def forward(self, images: Tensor) -> Tensor:
        return self.model(images)[0]


class OnnxDetector(Standing):
    """An ONNX file in the place of the network."""

    def forward(self, images: Tensor) -> tuple[Tensor]:
        return (self.onnx.ask(images=images)[0],)


def export_onnx(model: Path, path: Path) -> None:
    """Write `images` → `objects`, before non-maximum suppression. Raises InputError, WorkError."""
    predictor = load(model, "cpu")
    # Two lengths, or the exporter would take them for the same; more than a stride, or it would fix them.
    images = torch.rand((2, 3, 4 * STRIDE, 6 * STRIDE))
    axes = {"images": {0: "pictures", 2: "height", 3: "width"}}
    write_onnx(
        Decoded(predictor.detector.model).eval(),
        {"images": images},
        path,
        axes=axes,
        outputs=["objects"],
        least={"height": STRIDE, "width": STRIDE},
    )


def onnx_predictor(model: Path, path: Path) -> DetectorPredictor:
    """The version with the ONNX file in the place of its network."""
    predictor = load(model, "cpu")
    predictor.detector.model = OnnxDetector(path).eval()
    return predictor


def answers(predictor: DetectorPredictor, samples: Sequence[Row]) -> list[Answer]:
    """Of each picture the boxes and confidences of every place, as the network gives them for the whole; the classes
    of the objects that are found in it."""
    card, made = predictor.card, []
    everything, told = predictor.detect(samples), predictor.predict(samples)
    pictures = read_images([sample["image"] for sample in samples])
    for pixels, unsure, found in zip(pictures, everything, told, strict=True):
        fitted = fit(pixels, card.image_size).pixels[..., ::-1].transpose(2, 0, 1)[None]
        with torch.inference_mode():
            batch = normalized(torch.from_numpy(np.ascontiguousarray(fitted)))
            given = predictor.detector.model(batch)[0][0].float().numpy()
        edges = [
            abs(entry["confidence"] - card.thresholds.get(entry["label"], DEFAULT_CONFIDENCE))
            for entry in unsure["objects"]
        ]
        numbers = {"box in pixels": given[:4], "confidence": given[4:]}
        decision = tuple(sorted(entry["label"] for entry in found["objects"]))
        made.append(Answer(numbers, decision, min(edges, default=float("inf"))))
    return made


def huggingface(model: Path, directory: Path) -> Usage:
    """A checkpoint as Ultralytics writes it: a pickle of the network, with plain settings beside it."""
    predictor = load(model, "cpu")
    card, network = predictor.card, copy.deepcopy(predictor.detector.model)
    settings = {"task": "detect", "imgsz": card.image_size, "iou": card.nms_iou, "max_det": card.max_detections}
    network.args = settings  # type: ignore[assignment]
    torch.save({"model": network, "ema": None, "train_args": settings}, directory / CHECKPOINT)
    tiles = ""
    if card.tiling is not None:
        tiles = "\n\nThe version also reads large pictures by tiles, which this does not."
    return Usage(
        "ultralytics",
        f"""\
```python
from ultralytics import YOLO

YOLO("{CHECKPOINT}").predict("picture.png", imgsz={card.image_size}, iou={card.nms_iou}, conf={_least(card):.4g})
```

The version counts an object from its class's own confidence on: {_thresholds(card)}. The network is the same;
Ultralytics shrinks pictures in another way than finetop, so confidences may differ by some hundredths.{tiles}

`{CHECKPOINT}` is a pickle, which Ultralytics runs as code when it loads it, unless it is told to load weights alone
(`ULTRALYTICS_SAFE_LOAD=1`): it was written by the export and by nobody else, but a copy from elsewhere need not be.
Under the AGPL-3.0, {AGPL_NOTE}.""",
    )


def onnx_usage(model: Path) -> Usage:
    """How the file is asked without finetop."""
    card = read_card(model, TASK.name, Card)
    return Usage(
        "onnx",
        f"""\
```python
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
# images: float32, (pictures, 3, height, width), red first, 0 to 1
objects = session.run(["objects"], {{"images": images}})[0]  # (pictures, 4 + classes, places)
```

The longer side of a picture has {card.image_size} pixels, and both are multiples of {STRIDE}. Of each place: its box,
as centre, width and height in pixels of the input, then the confidence of each class. Boxes of a class that overlap
by more than {card.nms_iou} (IoU) are one object. Classes, in order, and the confidence from which each counts:
{_thresholds(card)}.""",
    )


def onnx_files(model: Path) -> list[Path]:
    """Nothing else is needed to ask the file."""
    return []


def _least(card: Card) -> float:
    return min((card.thresholds.get(label, DEFAULT_CONFIDENCE) for label in card.labels), default=DEFAULT_CONFIDENCE)


def _thresholds(card: Card) -> str:
    return ", ".join(f"`{label}` {card.thresholds.get(label, DEFAULT_CONFIDENCE):.4g}" for label in card.labels)
