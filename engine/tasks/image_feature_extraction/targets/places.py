"""Where targets are: temperatures of land, sea and air, wider than a picture so that a camera can follow in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from engine.drawing.texture import Field, blurred, soft_noise
from engine.tasks.image_feature_extraction.targets.catalog import Medium


@dataclass(frozen=True)
class Land:
    """Temperatures of a place, and from which row down there is ground or water."""

    degrees: Field
    horizon: float


Draw = Callable[[int, int, np.random.Generator], Land]

WORLDS: dict[str, dict[Medium, tuple[str, ...]]] = {
    "train": {"land": ("field", "road"), "sea": ("sea", "swell"), "air": ("sky", "clouds")},
    "validation": {"land": ("scrub",), "sea": ("estuary",), "air": ("dusk",)},
    "test": {"land": ("town", "snow"), "sea": ("coast",), "air": ("hills",)},
}
"""Which places each split may show; test's and validation's own stand in no other."""


def draw_place(name: str, width: int, height: int, rng: np.random.Generator) -> Land:
    """The place called `name`, in kelvin round that of the surroundings."""
    return _DRAWN[name](width, height, rng)


def _sky(width: int, height: int, rng: np.random.Generator, *, fall: tuple[float, float], clouds: float) -> Field:
    """Colder towards the zenith; clouds are warmer than what is behind them."""
    share = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    degrees = -np.float32(rng.uniform(*fall)) * share - np.float32(rng.uniform(1, 4))
    if clouds:
        soft = soft_noise(rng, height, width, (5, 6)) + 0.5 * soft_noise(rng, height, width, (11, 14))
        degrees = degrees + clouds * np.clip(soft + np.float32(rng.uniform(-0.2, 0.4)), 0, 1)
    return np.broadcast_to(degrees, (height, width)) + 0.25 * soft_noise(rng, height, width, (4, 4))


def _ground(width: int, height: int, rng: np.random.Generator, rough: float) -> Field:
    """Patches in three sizes, flattened by perspective."""
    large = soft_noise(rng, height, width, (6, 4))
    middle = soft_noise(rng, height, width, (18, 11))
    fine = soft_noise(rng, height, width, (max(8, height // 2), max(8, width // 3)))
    return np.float32(rough) * (large + np.float32(0.8) * middle + np.float32(0.6) * fine)


def _joined(sky: Field, ground: Field, horizon: float) -> Land:
    rows = np.arange(len(sky), dtype=np.float32)[:, None]
    share = np.clip(rows - np.float32(horizon) + 0.5, 0, 1)
    return Land(sky + (ground - sky) * share, horizon)


def _sheet(degrees: Field) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.fromarray(degrees.astype(np.float32))
    return sheet, ImageDraw.Draw(sheet)


def _on_land(width: int, height: int, rng: np.random.Generator, rough: float, level: float = 0.0) -> Land:
    horizon = height * rng.uniform(0.12, 0.42)
    sky = _sky(width, height, rng, fall=(1, 4), clouds=rng.uniform(0, 3))
    return _joined(sky, _ground(width, height, rng, rough) + np.float32(level), horizon)


def _field(width: int, height: int, rng: np.random.Generator) -> Land:
    land = _on_land(width, height, rng, rng.uniform(0.8, 1.6))
    sheet, pen = _sheet(land.degrees)
    if rng.random() < 0.6:  # a row of trees on the horizon
        warm, x = rng.uniform(-2, 2.5), 0.0
        while x < width:
            size = height * rng.uniform(0.02, 0.08)
            y = land.horizon - size * 0.6
            pen.ellipse([x - size, y - size, x + size, y + size], fill=float(warm + rng.normal(0, 0.4)))
            x += size * rng.uniform(0.6, 1.6)
    return Land(blurred(np.asarray(sheet), 0.4), land.horizon)


def _road(width: int, height: int, rng: np.random.Generator) -> Land:
    land = _on_land(width, height, rng, rng.uniform(0.6, 1.3))
    sheet, pen = _sheet(land.degrees)
    warm, lean = rng.uniform(0.8, 3.0) * rng.choice([1, 1, -0.6]), rng.uniform(-0.5, 0.5)
    if rng.random() < 0.5:  # away from the camera
        far, near = width * (0.5 + 0.3 * lean), width * (0.5 - 0.5 * lean)
        wide = width * rng.uniform(0.25, 0.45)
        pen.polygon(
            [(far - 1, land.horizon), (far + 1, land.horizon), (near + wide, height), (near - wide, height)],
            fill=warm,
        )
        pen.line([(far, land.horizon), (near, height)], fill=warm + 1.2, width=1)
    else:  # across
        y, wide = height * rng.uniform(0.52, 0.72), height * rng.uniform(0.08, 0.16)
        tilt = height * 0.12 * lean
        pen.polygon(
            [(0, y - wide - tilt), (width, y - wide + tilt), (width, y + wide + tilt), (0, y + wide - tilt)],
            fill=warm,
        )
        pen.line([(0, y - tilt), (width, y + tilt)], fill=warm + 1.2, width=1)
    painted = np.asarray(sheet) + np.float32(0.3) * soft_noise(rng, height, width, (height // 2, width // 3))
    return Land(painted.astype(np.float32), land.horizon)


def _scrub(width: int, height: int, rng: np.random.Generator) -> Land:
    land = _on_land(width, height, rng, rng.uniform(0.8, 1.4))
    sheet, pen = _sheet(land.degrees)
    for y in np.sort(rng.uniform(land.horizon, height, 26)):
        size = width * rng.uniform(0.02, 0.05) * (0.5 + (y - land.horizon) / height)
        x, warm = rng.uniform(0, width), rng.normal(0.4, 1.3)
        for _ in range(3):
            at, up = x + rng.normal(0, size), y - abs(rng.normal(0, size * 0.6))
            pen.ellipse(
                [at - size, up - size * 0.8, at + size, up + size * 0.8], fill=float(warm + rng.normal(0, 0.4))
            )
    return Land(np.asarray(sheet), land.horizon)


def _town(width: int, height: int, rng: np.random.Generator) -> Land:
    land = _on_land(width, height, rng, rng.uniform(0.5, 1.0), rng.uniform(0, 2))
    sheet, pen = _sheet(land.degrees)
    foot, x = land.horizon + height * 0.06, -width * 0.1
    while x < width:
        wide, high = width * rng.uniform(0.12, 0.28), height * rng.uniform(0.12, 0.4)
        wall = float(rng.uniform(-1, 2.5))
        pen.rectangle([x, foot - high, x + wide, foot], fill=wall)
        for row in range(int(high / (height * 0.08))):
            for column in range(int(wide / (width * 0.055))):
                if rng.random() < 0.7:
                    left, up = x + width * (0.015 + 0.055 * column), foot - high + height * (0.02 + 0.08 * row)
                    pane = [left, up, left + width * 0.022, up + height * 0.03]
                    pen.rectangle(pane, fill=wall + float(rng.choice([-1.0, 1.0, 2.5])))
        x += wide * rng.uniform(1.0, 1.5)
    return Land(np.asarray(sheet), land.horizon)


def _snow(width: int, height: int, rng: np.random.Generator) -> Land:
    land = _on_land(width, height, rng, 0.45, -rng.uniform(1, 3))
    sheet, pen = _sheet(land.degrees)
    for _ in range(int(rng.integers(4, 10))):  # rocks, stems, tracks
        x, y = rng.uniform(0, width), rng.uniform(land.horizon, height)
        size = width * rng.uniform(0.008, 0.03)
        pen.ellipse([x - size, y - size * 0.6, x + size, y + size * 0.6], fill=float(rng.uniform(0, 2.5)))
    return Land(np.asarray(sheet), land.horizon)


def _on_water(width: int, height: int, rng: np.random.Generator, waves: float, cells: tuple[float, float]) -> Land:
    horizon = height * rng.uniform(0.15, 0.45)
    sky = _sky(width, height, rng, fall=(1, 4), clouds=rng.uniform(0, 2.5))
    down, across = (max(4, round(size * cell)) for size, cell in zip((height, width), cells, strict=True))
    near = np.linspace(0.4, 1.3, height, dtype=np.float32)[:, None]
    water = np.float32(waves) * near * soft_noise(rng, height, width, (down, across))
    water = water + 0.4 * soft_noise(rng, height, width, (3, 3)) - np.float32(rng.uniform(0, 1.5))
    return _joined(sky, water, horizon)


def _coast(width: int, height: int, rng: np.random.Generator) -> Land:
    water = _on_water(width, height, rng, rng.uniform(0.4, 0.9), (0.35, 0.1))
    ridge = _ridge(width, rng) * height * rng.uniform(0.08, 0.2)
    sheet, pen = _sheet(water.degrees)
    warm = rng.uniform(0.5, 3.0)
    outline = [(float(x), water.horizon - float(up)) for x, up in enumerate(ridge)]
    pen.polygon([(0, water.horizon + 1), *outline, (width, water.horizon + 1)], fill=warm)
    for _ in range(int(rng.integers(3, 9))):  # houses
        x, size = rng.uniform(0, width), height * rng.uniform(0.01, 0.025)
        pen.rectangle([x, water.horizon - size, x + size * 1.5, water.horizon], fill=warm + float(rng.uniform(1, 4)))
    return Land(np.asarray(sheet), water.horizon)


def _hills(width: int, height: int, rng: np.random.Generator) -> Land:
    sky = _sky(width, height, rng, fall=(3, 8), clouds=rng.uniform(0, 3))
    sheet, pen = _sheet(sky)
    line = height * rng.uniform(0.7, 0.9)
    for step in range(2):
        ridge = _ridge(width, rng) * height * 0.3
        outline = [(float(x), line + step * height * 0.12 - float(up)) for x, up in enumerate(ridge)]
        pen.polygon([(0, height), *outline, (width, height)], fill=float(rng.uniform(-1, 2) + step))
    ground = 0.5 * soft_noise(rng, height, width, (14, 16))
    return Land(blurred(np.asarray(sheet), 0.5) + ground, line)


def _ridge(width: int, rng: np.random.Generator) -> Field:
    """Heights from 0 to 1 along a skyline."""
    coarse = np.interp(np.arange(width), np.linspace(0, width, 7), rng.random(7))
    fine = np.interp(np.arange(width), np.linspace(0, width, 25), rng.random(25))
    return (0.75 * coarse + 0.25 * fine).astype(np.float32)


_DRAWN: dict[str, Draw] = {
    "field": _field,
    "road": _road,
    "scrub": _scrub,
    "town": _town,
    "snow": _snow,
    "sea": lambda width, height, rng: _on_water(width, height, rng, rng.uniform(0.3, 0.8), (0.45, 0.12)),
    "swell": lambda width, height, rng: _on_water(width, height, rng, rng.uniform(1.2, 2.2), (0.18, 0.06)),
    "estuary": lambda width, height, rng: _on_water(width, height, rng, rng.uniform(0.2, 0.5), (0.1, 0.03)),
    "coast": _coast,
    "sky": lambda width, height, rng: Land(_sky(width, height, rng, fall=(1, 5), clouds=0.0), height),
    "clouds": lambda width, height, rng: Land(
        _sky(width, height, rng, fall=(2, 6), clouds=rng.uniform(2, 4)), height
    ),
    "dusk": lambda width, height, rng: Land(_sky(width, height, rng, fall=(6, 11), clouds=rng.uniform(1, 4)), height),
    "hills": _hills,
}
