"""Small pictures with bright squares and thin bars, and datasets of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from engine.datasets.store import Dataset, write_dataset
from engine.tasks.contract import Row
from engine.workspace import Workspace

SIZE = 64


def picture(draws: np.random.Generator) -> tuple[bytes, Row]:
    """A grey picture with a square and, in one of three, a bar."""
    image = draws.normal(90, 6, (SIZE, SIZE, 3))
    x, y = draws.integers(2, SIZE - 28, 2)
    image[y : y + 18, x : x + 18] = 220
    objects = [{"label": "square", "box": [float(x), float(y), float(x + 18), float(y + 18)]}]
    if draws.random() < 1 / 3:
        image[56:59, 10:50, 0] = 10
        objects.append({"label": "bar", "box": [10.0, 56.0, 50.0, 59.0]})
    content = cv2.imencode(".png", np.clip(image, 0, 255).astype(np.uint8))[1].tobytes()
    name = hashlib.sha256(content).hexdigest()[:24] + ".png"
    return content, {"image": f"files/{name}", "width": SIZE, "height": SIZE, "objects": objects}


def drawn_dataset(
    where: Path, *, train: int = 24, rest: int = 8, draw: Callable[[np.random.Generator], tuple[bytes, Row]] = picture
) -> Dataset:
    draws = np.random.default_rng(5)
    splits: dict[str, list[Row]] = {}
    files: dict[str, bytes | Path] = {}
    for split, count in (("train", train), ("validation", rest), ("test", rest)):
        made = [draw(draws) for _ in range(count)]
        splits[split] = [row for _, row in made]
        files |= {row["image"].removeprefix("files/"): content for content, row in made}
    return write_dataset(
        Workspace(where),
        task="object-detection",
        profile="p",
        model="yolo",
        splits=splits,
        classes={},
        source="recipe",
        files=files,
    )


def wide_picture(draws: np.random.Generator) -> tuple[bytes, Row]:
    """A grey picture three tiles wide and two high, with four squares and a bar that crosses half of it."""
    width, height = 3 * SIZE, 2 * SIZE
    image = draws.normal(90, 6, (height, width, 3))
    objects = []
    for at in range(4):
        x, y = int(draws.integers(at * 48, at * 48 + 30)), int(draws.integers(2, 80))
        image[y : y + 14, x : x + 14] = 220
        objects.append({"label": "square", "box": [float(x), float(y), float(x + 14), float(y + 14)]})
    image[112:116, 40:150, 0] = 10
    objects.append({"label": "bar", "box": [40.0, 112.0, 150.0, 116.0]})
    content = cv2.imencode(".png", np.clip(image, 0, 255).astype(np.uint8))[1].tobytes()
    name = hashlib.sha256(content).hexdigest()[:24] + ".png"
    return content, {"image": f"files/{name}", "width": width, "height": height, "objects": objects}
