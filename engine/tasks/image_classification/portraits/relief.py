"""Light on a face: how bright each pixel is, from the face's relief and the direction of the light."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.drawing.texture import Field
from engine.tasks.image_classification.portraits.identity import Person
from engine.tasks.image_classification.portraits.pose import Pose

Pixels = NDArray[Any]
LIGHTS: dict[str, tuple[float, float, float]] = {
    "frontal": (0.0, -0.35, 0.95),
    "left": (-0.85, -0.3, 0.45),
    "right": (0.85, -0.3, 0.45),
    "dim": (0.1, -0.6, 0.8),
}
"""Where the light is, as it is seen from the face: right, down, towards the camera."""
AMBIENT = {"frontal": 0.55, "left": 0.24, "right": 0.24, "dim": 0.6}
EXPOSURE = {"frontal": 1.0, "left": 1.05, "right": 1.05, "dim": 0.5}


def light_on(person: Person, pose: Pose, light: str, wobble: tuple[float, float], head: Field) -> Field:
    """Brightness of each pixel, about 1 where a plain surface faces the camera in frontal light.

    `head`: which part of each pixel shows the head, height x width.
    """
    height, width = head.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32) + np.float32(0.5)
    across, down = pose.upright(columns, rows)
    # Back to the face's own measures, near enough for soft shades.
    wide = person["width"]
    x, y = across - 0.8 * math.sin(pose.yaw), down - 0.6 * math.sin(pose.pitch)
    round_ = np.sqrt(np.clip(1 - (across / (wide * 1.18)) ** 2 - (down / 1.25) ** 2, 0.03, 1))
    normal_x, normal_y = across / (wide * 1.18) ** 2 * 0.82, down / 1.25**2 * 0.82
    bumps = _relief(person, x, y)
    step = 1 / pose.scale
    slope_y, slope_x = np.gradient(bumps, step)
    inside = np.clip((round_ - 0.2) * 4, 0, 1)
    normal_x, normal_y = normal_x - slope_x * inside, normal_y - slope_y * inside
    length = np.sqrt(normal_x**2 + normal_y**2 + round_**2)
    towards = np.add(LIGHTS[light], (*wobble, 0.0))
    towards /= np.sqrt(towards @ towards)
    facing = (normal_x * towards[0] + normal_y * towards[1] + round_ * towards[2]) / length
    shade = AMBIENT[light] + (1.05 - AMBIENT[light]) * np.clip(facing, 0, 1) ** 0.9
    # Sockets and the underside of the chin see less of the sky.
    shade -= 0.35 * np.clip(-bumps, 0, 0.2)
    # What is behind the head is lit evenly, a little more on the side of the light.
    behind = (0.5 + 0.5 * AMBIENT[light]) * (1 + 0.18 * towards[0] * np.clip(across, -1.5, 1.5))
    return ((behind + (shade - behind) * head) * EXPOSURE[light]).astype(np.float32)


def _relief(person: Person, x: Pixels, y: Pixels) -> Pixels:
    """How far nose, brows, cheeks, lips and chin stand out."""

    def bump(at_x: float, at_y: float, wide: float, high: float, rise: float) -> Pixels:
        return rise * np.exp(-(((x - at_x) / wide) ** 2) - ((y - at_y) / high) ** 2)

    eyes, long = person["eye_level"], person["nose_long"]
    tip, mouth = eyes + long, eyes + long + person["mouth_gap"]
    high = person["nose_high"]
    relief = bump(0, (eyes + tip) / 2, 0.075, long * 0.55, 0.07 * high) + bump(0, tip, 0.1, 0.08, 0.09 * high)
    relief += bump(0, mouth, person["mouth_wide"], 0.1, 0.035) + bump(0, 0.86, 0.2, 0.13, 0.07)
    for side in (-1, 1):
        relief += bump(side * person["eye_gap"], eyes, 0.17, 0.12, -0.07)
        relief += bump(side * person["eye_gap"], eyes - person["brow_lift"], 0.22, 0.07, 0.035)
        relief += bump(side * 0.42, tip - 0.08, 0.16, 0.14, 0.05 * person["cheeks"])
        relief += bump(side * person["nose_wide"] * 0.75, tip + 0.02, 0.06, 0.05, 0.03)
    return relief
