"""Small pictures of classes that can be told, drawn from a seed."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from engine.datasets.files import content_name
from engine.datasets.store import Dataset, write_dataset
from engine.workspace import Workspace

Pixels = NDArray[np.uint8]


def drawn(kind: int, example: int, side: int = 48) -> Pixels:
    """A picture of a class: its spots, under light, place and noise of its own."""
    shape, own = np.random.default_rng(kind), np.random.default_rng((kind, example))
    y, x = np.mgrid[0:side, 0:side] / side
    canvas = 0.1 * x * own.normal() + 0.1 * y * own.normal()
    moved = own.normal(0, 0.02, 2)
    for _ in range(6):
        place, radius, strength = shape.uniform(0.2, 0.8, 2), shape.uniform(0.04, 0.14), shape.uniform(-1, 1)
        at = place + moved + own.normal(0, 0.01, 2)
        canvas = canvas + strength * (np.hypot(x - at[0], y - at[1]) < radius)
    return as_bytes(128 + 55 * canvas + own.normal(0, 3, canvas.shape))


def as_bytes(values: NDArray[np.floating]) -> Pixels:
    """Values as 8 bits."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def softened(pixels: Pixels) -> Pixels:
    """Out of focus."""
    return as_bytes(ndimage.gaussian_filter(pixels.astype(float), 2, mode="nearest"))


def png(pixels: NDArray[Any]) -> bytes:
    """The picture's file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg(pixels: Pixels, quality: int = 75) -> bytes:
    """The same, with losses."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


Sample = tuple[bytes, str]
"""A file and its label."""


def stored(
    workspace: Workspace,
    splits: dict[str, list[Sample]],
    *,
    task: str = "image-classification",
    group_of: dict[tuple[str, int], str] | None = None,
) -> Dataset:
    """A dataset of pictures as the engine stores them."""
    files: dict[str, bytes | Path] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for split, samples in splits.items():
        rows[split] = []
        for at, (content, label) in enumerate(samples):
            name = content_name(content, ".jpg" if content[:2] == b"\xff\xd8" else ".png")
            files[name] = content
            row: dict[str, Any] = {"image": f"files/{name}", "width": 48, "height": 48}
            if task == "object-detection":
                row["objects"] = [{"label": label, "box": [1, 1, 9, 9]}]
            else:
                row["label"] = label
            if group_of and (split, at) in group_of:
                row["group"] = group_of[split, at]
            rows[split].append(row)
    return write_dataset(
        workspace,
        task=task,
        profile="faces",
        model="recogniser",
        splits=rows,
        classes={split: dict(Counter(label for _, label in samples)) for split, samples in splits.items()},
        source="recipe",
        origins=[{"recipe": "drawn"}],
        files=files,
    )
