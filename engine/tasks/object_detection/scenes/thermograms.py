"""Thermograms of transformers with faults: a hot spot, a loose joint, an overloaded phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.drawing.texture import Field, blurred, soft_noise
from engine.tasks.object_detection.recipe import Recipe, Thermograms
from engine.tasks.object_detection.scenes.canvas import Drawn
from engine.tasks.object_detection.scenes.palettes import coloured
from engine.tasks.object_detection.scenes.transformers import (
    Region,
    Sheet,
    dry_type,
    ground_texture,
    oil_filled,
    region_of,
)

EDGE_OF_HEAT = 0.4
"""A fault reaches as far as its rise is above this part of its peak: that is where a person draws the box."""


@dataclass(frozen=True)
class Kind:
    """A kind of thermal image: what a split may show."""

    palette: str
    setting: str
    ambient: tuple[float, float]
    bar: bool = True
    """Whether the camera draws its scale and cross into the picture."""

    @property
    def name(self) -> str:
        return f"{self.palette}, {self.setting}"


def kinds(wishes: Thermograms) -> dict[str, tuple[Kind, ...]]:
    """Kinds of each split: training has the palettes of the recipe by day, the others have their own."""
    train = [(palette, "day", (14.0, 26.0)) for palette in wishes.palettes]
    train += [(palette, "overcast", (6.0, 14.0)) for palette in wishes.palettes]
    return {
        "train": tuple(Kind(*kind, bar=number % 2 == 0) for number, kind in enumerate(train)),
        "validation": (Kind("sepia", "evening", (4.0, 12.0)), Kind("sepia", "day", (16.0, 28.0), bar=False)),
        "test": (Kind("lava", "night", (-8.0, 4.0)), Kind("rainbow", "night", (-8.0, 4.0), bar=False)),
    }


def draw(recipe: Recipe, kind: Kind, rng: np.random.Generator) -> Drawn:
    """One thermogram with its faults."""
    width, height = recipe.size
    wishes, ambient = recipe.thermograms, float(rng.uniform(*kind.ambient))
    sheet = Sheet(width, height, ambient)
    (oil_filled if wishes.kind == "a" else dry_type)(sheet, ambient, rng)
    rise, objects = _faults(sheet, wishes, rng)
    seen = sheet.temperatures() + ground_texture(sheet, rng) + rise
    seen = _emitted(seen, sheet.bareness(), ambient, wishes.emissivity, rng)
    if rng.random() < wishes.reflections:
        seen += _no_fault(sheet, rng)
    seen = blurred(seen, (0.5 + rng.uniform(0, recipe.noise.blur)) * width / 256)
    coldest, hottest = float(np.percentile(seen, 1)), float(np.percentile(seen, 99.8))
    # Cameras span what they see; an image without a fault would else be stretched until noise looks like one.
    span = max(hottest - coldest, 38.0) * rng.uniform(1.0, 1.15)
    share = (seen - coldest + 1.0) / span + _sensor_noise(height, width, recipe.noise.sensor, rng)
    pixels = coloured(share, kind.palette).astype(np.uint8)
    return Drawn(_with_scale(pixels, kind.palette, coldest, coldest + span) if kind.bar else pixels, objects)


def _faults(sheet: Sheet, wishes: Thermograms, rng: np.random.Generator) -> tuple[Field, list[dict[str, Any]]]:
    """How much hotter each pixel is than it should be, and the box of each fault."""
    shape = (sheet.height, sheet.width)
    rise = np.zeros(shape, dtype=np.float32)
    objects: list[dict[str, Any]] = []
    free = list(rng.permutation(len(sheet.phases)))

    def add(label: str, heat: Field) -> None:
        nonlocal rise
        box = _extent(heat > EDGE_OF_HEAT * heat.max())
        if box[2] - box[0] >= 3 and box[3] - box[1] >= 3:
            objects.append({"label": label, "box": box})
            rise = rise + heat

    if rng.random() < wishes.overload:
        region = region_of(sheet.phases[int(free.pop())])
        add("overload", blurred(region.astype(np.float32), 0.6) * np.float32(rng.uniform(14, 24)))
    if rng.random() < wishes.loose_joint:
        for number in free[: int(rng.integers(1, 3))]:
            phase = sheet.phases[int(number)]
            joint = phase.joints[int(rng.integers(len(phase.joints)))]
            add("loose_joint", _joint_heat(shape, joint, region_of(phase), sheet.width / 256, rng))
    if rng.random() < wishes.hot_spot:
        for _ in range(int(rng.integers(1, 4))):
            left, top, right, bottom = sheet.surfaces[int(rng.integers(len(sheet.surfaces)))]
            centre = (float(rng.uniform(left, right)), float(rng.uniform(top, bottom)))
            if not any(_holds(one["box"], centre) for one in objects):
                add("hot_spot", _spot_heat(shape, centre, sheet.width / 256, rng))
    return rise, objects


def _joint_heat(
    shape: tuple[int, int], joint: Sequence[float], conductor: Region, unit: float, rng: np.random.Generator
) -> Field:
    """Hottest at the joint; along the conductor the heat fades, beside it there is little."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    distance = np.hypot(x - joint[0], y - joint[1]) / np.float32(unit)
    core = np.exp(-0.5 * (distance / np.float32(rng.uniform(2.2, 3.8))) ** 2)
    tail = np.exp(-distance / np.float32(rng.uniform(5, 10))) * blurred(conductor.astype(np.float32), 0.5)
    return (np.maximum(core, 0.8 * tail) * np.float32(rng.uniform(24, 48))).astype(np.float32)


def _spot_heat(shape: tuple[int, int], centre: tuple[float, float], unit: float, rng: np.random.Generator) -> Field:
    """A soft blotch of irregular outline."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    wide, high = (np.float32(rng.uniform(4, 9) * unit) for _ in range(2))
    wobble = 1 + 0.25 * soft_noise(rng, shape[0], shape[1], (14, 18))
    square = ((x - centre[0]) / wide) ** 2 + ((y - centre[1]) / high) ** 2
    return (np.exp(-0.5 * square * wobble) * np.float32(rng.uniform(13, 28))).astype(np.float32)


def _emitted(degrees: Field, bare: Field, ambient: float, spread: float, rng: np.random.Generator) -> Field:
    """What the camera believes: where emissivity is low, the cold surroundings shine in the surface."""
    dirt = soft_noise(rng, degrees.shape[0], degrees.shape[1], (40, 52))
    emissivity = np.clip(0.95 - 0.35 * bare + spread * dirt * (0.35 + bare), 0.2, 1.0)
    return (emissivity * degrees + (1 - emissivity) * np.float32(ambient - 4)).astype(np.float32)


def _no_fault(sheet: Sheet, rng: np.random.Generator) -> Field:
    """Something warm that is no fault: a lamp beside the transformer, or a sharp-edged reflection on it."""
    warm = Image.new("F", (sheet.width, sheet.height), 0)
    pen, unit = ImageDraw.Draw(warm), sheet.width / 256
    if rng.random() < 0.5:
        x, y = sheet.width * rng.choice([0.06, 0.94]), sheet.height * rng.uniform(0.15, 0.6)
        size = unit * rng.uniform(2, 4)
        pen.ellipse([x - size, y - size, x + size, y + size], fill=float(rng.uniform(15, 30)))
    else:
        left, top, right, bottom = sheet.surfaces[int(rng.integers(len(sheet.surfaces)))]
        x, y, tall = rng.uniform(left, right - 4), top, (bottom - top) * rng.uniform(0.6, 1.0)
        pen.polygon(
            [(x, y), (x + 5 * unit, y), (x + 9 * unit, y + tall), (x + 4 * unit, y + tall)],
            fill=float(rng.uniform(3, 6)),
        )
    return np.array(warm, dtype=np.float32)


def _sensor_noise(height: int, width: int, sensor: float, rng: np.random.Generator) -> Field:
    """Noise of each pixel, and of each column: uncooled detectors show faint stripes."""
    pixels = rng.standard_normal((height, width), dtype=np.float32) * np.float32(sensor * 0.6)
    return pixels + rng.standard_normal(width, dtype=np.float32) * np.float32(sensor * 0.3)


def _with_scale(pixels: NDArray[np.uint8], palette: str, low: float, high: float) -> NDArray[np.uint8]:
    """The camera's own marks: the palette at the edge with its temperatures, a cross in the middle."""
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels)
    pen, unit = ImageDraw.Draw(image), width / 256
    left, right, top, bottom = width - 10 * unit, width - 5 * unit, height * 0.14, height * 0.86
    steps = round(bottom - top)
    for step, colour in enumerate(coloured(np.linspace(1, 0, steps), palette)):
        pen.line([left, top + step, right, top + step], fill=tuple(int(channel) for channel in colour))
    pen.rectangle([left - 1, top - 1, right + 1, bottom + 1], outline=(235, 235, 235))
    for text, y in ((f"{high:.0f}", top - 12), (f"{low:.0f}", bottom + 2)):
        pen.text((width - 15 * unit, y), text, fill=(235, 235, 235))
    x, y, reach = width / 2, height / 2, 5 * unit
    for ends in (
        [x - reach, y, x - 2, y],
        [x + 2, y, x + reach, y],
        [x, y - reach, x, y - 2],
        [x, y + 2, x, y + reach],
    ):
        pen.line(ends, fill=(235, 235, 235))
    return np.asarray(image)


def _extent(region: Region) -> list[float]:
    columns, rows = np.flatnonzero(region.any(0)), np.flatnonzero(region.any(1))
    return [float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)]


def _holds(box: list[float], point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
