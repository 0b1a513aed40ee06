"""Kinds of pole scenes: weather, light and land; and what the weather does to a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from engine.drawing.texture import blurred
from engine.tasks.object_detection.scenes.canvas import Colour, Pixels

Land = Literal["field", "woods", "suburb"]


@dataclass(frozen=True)
class Weather:
    """How the sky looks, and what stands between camera and scene."""

    sky_top: Colour
    sky_bottom: Colour
    clouds: float = 12
    light: float = 1.0
    tint: Colour = (1, 1, 1)
    haze: float = 0.15
    """Part of the colour of the farthest things that is the sky's."""
    rain: float = 0.0
    snow: bool = False
    grain: float = 1.0
    """The sensor's noise against that of a bright day."""


WEATHERS = {
    "clear": Weather((86, 140, 210), (196, 220, 240)),
    "overcast": Weather((168, 174, 182), (208, 211, 214), clouds=22, light=0.88),
    "haze": Weather((188, 200, 210), (222, 222, 216), clouds=6, light=0.98, haze=0.62),
    "low light": Weather((84, 96, 128), (160, 162, 172), clouds=16, light=0.56, tint=(0.94, 0.97, 1.08), grain=1.7),
    "evening": Weather((120, 140, 190), (250, 206, 150), light=0.82, tint=(1.1, 0.98, 0.82), haze=0.25),
    "drizzle": Weather((160, 166, 174), (200, 204, 208), clouds=20, light=0.84, haze=0.4, rain=0.35, grain=1.3),
    "rain": Weather((136, 144, 154), (186, 192, 198), clouds=26, light=0.74, haze=0.45, rain=1.0, grain=1.6),
    "dusk": Weather((70, 74, 118), (232, 158, 128), clouds=18, light=0.55, tint=(1.12, 0.94, 0.96), grain=1.9),
    "snow": Weather((190, 196, 204), (222, 225, 229), clouds=14, light=0.95, haze=0.4, snow=True),
}


@dataclass(frozen=True)
class Kind:
    """A kind of scene: what a split may show."""

    weather: str
    land: Land

    @property
    def name(self) -> str:
        return f"{self.weather}, {self.land}"


KINDS: dict[str, tuple[Kind, ...]] = {
    "train": (
        Kind("clear", "field"),
        Kind("clear", "suburb"),
        Kind("clear", "woods"),
        Kind("overcast", "suburb"),
        Kind("overcast", "woods"),
        Kind("haze", "field"),
        Kind("low light", "suburb"),
    ),
    "validation": (Kind("evening", "field"), Kind("haze", "woods"), Kind("drizzle", "suburb")),
    "test": (Kind("rain", "woods"), Kind("rain", "suburb"), Kind("dusk", "field"), Kind("snow", "field")),
}


def weathered(pixels: Pixels, weather: Weather, sensor: float, blur: float, rng: np.random.Generator) -> Pixels:
    """The picture as a camera takes it in that weather; values from 0 to 255."""
    height, width = pixels.shape[:2]
    exposure = weather.light * rng.uniform(0.9, 1.1)
    pixels = pixels * (exposure * np.array(weather.tint, dtype=np.float32))
    if weather.rain or weather.snow:
        grey = pixels.mean(axis=2, keepdims=True)
        pixels = pixels + (grey - pixels) * 0.35
        veil = _streaks(width, height, weather, rng)[:, :, None]
        pixels = pixels + (235.0 * (1.0 if weather.snow else exposure) - pixels) * veil
    pixels = blurred(pixels, rng.uniform(0, blur) * width / 256)
    noise = rng.standard_normal(pixels.shape, dtype=np.float32) * (sensor * weather.grain * 255)
    return np.clip(pixels + noise, 0, 255)


def _streaks(width: int, height: int, weather: Weather, rng: np.random.Generator) -> Pixels:
    """How much of each pixel is a falling drop or flake, 0 to 1."""
    sheet = Image.new("L", (width * 2, height * 2), 0)
    pen = ImageDraw.Draw(sheet)
    count = round((170 * weather.rain if not weather.snow else 110) * width * height / (256 * 192))
    slant = rng.uniform(-0.25, 0.25)
    for x, y, size, strength in rng.random((count, 4)):
        x, y, strength = x * width * 2, y * height * 2, int(40 + 70 * strength)
        if weather.snow:
            radius = 0.8 + 1.4 * size
            pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=strength + 100)
        else:
            length = 10 + 22 * size
            pen.line([x, y, x + slant * length, y + length], fill=strength, width=1 + (size > 0.7))
    return np.asarray(sheet.reduce(2), dtype=np.float32) / np.float32(255)
