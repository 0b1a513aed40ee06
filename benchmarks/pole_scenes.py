"""Drawn scenes of poles and more numerous crossarms, of any size: what benchmarks of thin objects share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from engine.datasets.store import Dataset

Objects = list[dict[str, Any]]
Range = tuple[int, int]
"""From, and up to but without."""


@dataclass(frozen=True)
class Place:
    """Size of the image in pixels, and where its parts may lie."""

    width: int
    height: int
    horizon: Range
    bushes: Range
    bush_radius: Range
    above_horizon: int
    """How far bushes reach into the sky."""
    wires: Range
    """Heights at which wires leave the image."""


def drawn_dataset(
    draw: Callable[[np.random.Generator], tuple[Any, Objects]], splits: dict[str, int], seed: int, workspace: Path
) -> Dataset:
    """So many scenes in each split, as a detector's dataset."""
    from engine.datasets.store import write_dataset
    from engine.workspace import Workspace

    draws = np.random.default_rng(seed)
    rows: dict[str, list[dict[str, Any]]] = {}
    files: dict[str, bytes | Path] = {}
    for split, count in splits.items():
        rows[split] = []
        for _ in range(count):
            image, objects = draw(draws)
            content = cv2.imencode(".png", image)[1].tobytes()
            name = hashlib.sha256(content).hexdigest()[:24] + ".png"
            files[name] = content
            height, width = image.shape[:2]
            rows[split].append({"image": f"files/{name}", "width": width, "height": height, "objects": objects})
    return write_dataset(
        Workspace(workspace),
        task="object-detection",
        profile="bench",
        model="poles",
        splits=rows,
        classes={},
        source="recipe",
        files=files,
    )


def landscape(draws: np.random.Generator, place: Place) -> tuple[Any, int]:
    """Sky, ground and bushes, and the height of the horizon."""
    light = draws.integers(150, 230), draws.integers(180, 255)
    sky = np.linspace(*light, place.height)[:, None, None]
    image = sky * draws.uniform(0.8, 1, (1, place.width, 3))
    horizon = int(draws.integers(*place.horizon))
    image[horizon:] = draws.uniform(40, 120, 3)
    image += draws.normal(0, draws.uniform(3, 8), image.shape)
    for _ in range(draws.integers(*place.bushes)):
        centre = (
            int(draws.integers(0, place.width)),
            int(draws.integers(horizon - place.above_horizon, place.height)),
        )
        cv2.circle(
            image, centre, int(draws.integers(*place.bush_radius)), tuple(draws.uniform(20, 110, 3).tolist()), -1
        )
    return image, horizon


def pole(
    draws: np.random.Generator, image: Any, x: int, wide: int, ends: Range, half: Range, thick: Range
) -> Objects:
    """A pole between two heights, and one to three crossarms on it: their half lengths and thickness in pixels."""
    top, foot = ends
    wood = draws.uniform(40, 100) * np.array([0.8, 0.9, 1.1])
    objects = [_bar(image, "pole", (x - wide // 2, top, x - wide // 2 + wide, foot), wood)]
    y = top + 6
    for _ in range(draws.integers(1, 4)):
        reach, tall = int(draws.integers(*half)), int(draws.integers(*thick))
        if y + tall > foot - 20:
            break
        middle = x + int(draws.integers(-3, 4))
        box = (max(0, middle - reach), y, min(image.shape[1], middle + reach), y + tall)
        objects.append(_bar(image, "crossarm", box, wood * draws.uniform(0.8, 1.3)))
        y += tall + int(draws.integers(8, 18))
    return objects


def with_wires(draws: np.random.Generator, image: Any, place: Place) -> Any:
    """Wires across all, and the image as 8-bit pixels."""
    for _ in range(draws.integers(2, 6)):
        ends = [(0, int(draws.integers(*place.wires))), (place.width, int(draws.integers(*place.wires)))]
        cv2.line(image, *ends, (float(draws.uniform(30, 100)),) * 3, 1)
    return np.clip(image, 0, 255).astype(np.uint8)


def _bar(image: Any, label: str, box: tuple[int, int, int, int], colour: Any) -> dict[str, Any]:
    image[box[1] : box[3], box[0] : box[2]] = colour
    return {"label": label, "box": [float(value) for value in box]}
