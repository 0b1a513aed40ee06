"""Surfaces without a pattern: soft noise, gradients, blur."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]


def soft_noise(rng: np.random.Generator, height: int, width: int, cells: tuple[int, int]) -> Field:
    """Noise from -1 to 1 that changes smoothly, `cells` values down and across."""
    coarse = rng.random(cells, dtype=np.float32) * 2 - 1
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def gradient(top: Field, bottom: Field, height: int, width: int) -> Field:
    """From one colour down to another: height x width x 3."""
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    return np.broadcast_to(top + (bottom - top) * share, (height, width, 3)).copy()


def blurred(field: Field, radius: float) -> Field:
    """Each value with its neighbours, by a Gaussian of `radius` pixels along both axes."""
    if radius < 0.15:
        return field
    reach = max(1, round(2.5 * radius))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2).astype(np.float32)
    weights /= weights.sum()
    for axis in (0, 1):
        padding = [(reach, reach) if at == axis else (0, 0) for at in range(field.ndim)]
        padded = np.pad(field, padding, mode="edge")
        length = field.shape[axis]
        parts = (weight * np.take(padded, np.arange(at, at + length), axis=axis) for at, weight in enumerate(weights))
        field = sum(parts, start=np.zeros_like(field))
    return field
