"""What a thermal camera makes of temperatures: a span of grey, with blur, noise and a pattern that stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.drawing.texture import Field, blurred, soft_noise
from engine.tasks.image_feature_extraction.recipe import Camera

LEAST_SPAN_K = 12.0
"""Cameras span what they see, but no less than this: else an empty sky would be stretched until noise fills it."""


@dataclass(frozen=True)
class Setting:
    """One camera in one sequence."""

    gain: float
    bias: float
    black_hot: bool
    blur: float
    pattern: Field
    """Added to each picture, as a part of full scale: what the correction of the pixels left over."""


def set_up(camera: Camera, width: int, height: int, rng: np.random.Generator) -> Setting:
    """A camera as it is at the beginning of a sequence."""
    columns = rng.standard_normal(width, dtype=np.float32)
    y, x = np.mgrid[-1 : 1 : complex(height), -1 : 1 : complex(width)].astype(np.float32)
    shade = (x**2 + y**2 - np.float32(0.7)) * np.float32(rng.normal(0, 1.5))
    drift = soft_noise(rng, height, width, (3, 3)) * np.float32(1.2)
    return Setting(
        gain=float(rng.uniform(0.75, 1.0)),
        bias=float(rng.uniform(-0.04, 0.12)),
        black_hot=bool(rng.random() < camera.black_hot),
        blur=float(rng.uniform(0.2, 1.0)) * camera.blur * width / 64,
        pattern=np.float32(camera.stripes) * (columns + shade + drift),
    )


def exposed(degrees: Field, camera: Camera, setting: Setting, rng: np.random.Generator) -> Field:
    """The picture of these temperatures, from 0 to 1."""
    seen = blurred(degrees, setting.blur)
    # The hottest parts saturate, as they do where a camera shows their surroundings well.
    coldest, hottest = (float(value) for value in np.percentile(seen, (2, 99)))
    share = (seen - coldest) / max(hottest - coldest, LEAST_SPAN_K) * setting.gain + setting.bias
    share = share + setting.pattern + rng.standard_normal(seen.shape, dtype=np.float32) * np.float32(camera.noise)
    return np.clip(1 - share if setting.black_hot else share, 0, 1)
