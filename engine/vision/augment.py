"""Changes that the same thing may show in another picture: what a sensor, a light, a pose, a distance do to it.

Nothing that would make something else of it: pictures are not mirrored unless the config says that a mirrored one is
still the same, and hot is not turned into cold unless the sensor does so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.vision.augmentation import Augmentation

Numbers = NDArray[np.float32]


def augmented(images: Tensor, settings: Augmentation, seed: Sequence[int]) -> Tensor:
    """The pictures, (N, C, H, W) from 0 to 1, changed anew; the same for the same `seed` (numbers ≥ 0)."""
    source = np.random.default_rng(list(seed))
    count = len(images)
    images = _moved(images, settings, source)
    images = _lit(images, settings, source)
    if settings.blur:
        images = _blurred(images, _upto(source, count, settings.blur))
    if settings.noise:
        strength = torch.from_numpy(_upto(source, count, settings.noise)).reshape(-1, 1, 1, 1)
        images = images + torch.from_numpy(source.standard_normal(images.shape, dtype=np.float32)) * strength
    if settings.occlusion:
        images = _hidden(images, settings, source)
    if settings.polarity:
        inverted = torch.from_numpy(source.random(count) < settings.polarity).reshape(-1, 1, 1, 1)
        images = torch.where(inverted, 1 - images, images)
    return images.clamp(0, 1)


def _moved(images: Tensor, settings: Augmentation, source: np.random.Generator) -> Tensor:
    """Rotation, size, shift and mirroring in one sampling. What comes in from outside continues the edge."""
    count = len(images)
    if not (settings.rotate or settings.shift or settings.scale or settings.flip or settings.flip_vertical):
        return images
    angle = np.deg2rad(_between(source, count, settings.rotate))
    size = np.exp(_between(source, count, 1.0) * np.log1p(settings.scale))
    across = np.where(source.random(count) < settings.flip, -1.0, 1.0)
    down = np.where(source.random(count) < settings.flip_vertical, -1.0, 1.0)
    height, width = images.shape[2:]
    matrix = np.zeros((count, 2, 3), dtype=np.float32)
    # The grid is in units of half a side: rotation must not shear what is not square.
    matrix[:, 0, 0], matrix[:, 0, 1] = np.cos(angle) * across / size, -np.sin(angle) * height / width / size
    matrix[:, 1, 0], matrix[:, 1, 1] = np.sin(angle) * width / height / size, np.cos(angle) * down / size
    matrix[:, :, 2] = _between(source, count * 2, settings.shift * 2).reshape(count, 2)
    grid = nn.functional.affine_grid(torch.from_numpy(matrix), list(images.shape), align_corners=False)
    return nn.functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _lit(images: Tensor, settings: Augmentation, source: np.random.Generator) -> Tensor:
    """Gain about the picture's own mean, bias, and a gradient across it."""
    count = len(images)
    if settings.gain:
        mean = images.mean((1, 2, 3), keepdim=True)
        images = (images - mean) * _column(1 + _between(source, count, settings.gain)) + mean
    if settings.bias:
        images = images + _column(_between(source, count, settings.bias))
    if settings.gradient:
        height, width = images.shape[2:]
        strength = _between(source, count, settings.gradient)
        direction = source.random(count) * 2 * np.pi
        down = torch.linspace(-0.5, 0.5, height).reshape(1, 1, -1, 1)
        across = torch.linspace(-0.5, 0.5, width).reshape(1, 1, 1, -1)
        images = (
            images + _column(strength * np.cos(direction)) * across + _column(strength * np.sin(direction)) * down
        )
    return images


def _blurred(images: Tensor, sigmas: Numbers) -> Tensor:
    """A Gaussian of its own for each picture, one direction after the other."""
    count, channels, height, width = images.shape
    reach = max(1, int(np.ceil(3 * float(sigmas.max()))))
    reach = min(reach, height - 1, width - 1)
    if reach < 1:
        return images
    offsets = np.arange(-reach, reach + 1, dtype=np.float32)
    kernels = np.exp(-0.5 * (offsets / np.maximum(sigmas, 1e-3)[:, None]) ** 2)
    kernels = np.repeat(kernels / kernels.sum(axis=1, keepdims=True), channels, axis=0).astype(np.float32)
    weights = torch.from_numpy(kernels)
    planes = images.reshape(1, count * channels, height, width)
    for shape, pad in (
        ((-1, 1, 1, 2 * reach + 1), (reach, reach, 0, 0)),
        ((-1, 1, 2 * reach + 1, 1), (0, 0, reach, reach)),
    ):
        planes = nn.functional.conv2d(
            nn.functional.pad(planes, pad, mode="replicate"), weights.reshape(shape), groups=count * channels
        )
    return planes.reshape(count, channels, height, width)


def _hidden(images: Tensor, settings: Augmentation, source: np.random.Generator) -> Tensor:
    """A rectangle of the picture's mean over some pictures."""
    count, _, height, width = images.shape
    which = source.random(count) < settings.occlusion
    sides = 0.1 + source.random((count, 2)) * max(0.0, settings.occlusion_size - 0.1)
    corners = source.random((count, 2)) * (1 - sides)
    images = images.clone()
    for at in np.flatnonzero(which):
        top, left = int(corners[at, 0] * height), int(corners[at, 1] * width)
        bottom, right = top + max(1, int(sides[at, 0] * height)), left + max(1, int(sides[at, 1] * width))
        images[at, :, top:bottom, left:right] = images[at].mean()
    return images


def _between(source: np.random.Generator, count: int, most: float) -> Numbers:
    return (source.uniform(-1, 1, count) * most).astype(np.float32)


def _upto(source: np.random.Generator, count: int, most: float) -> Numbers:
    return (source.random(count) * most).astype(np.float32)


def _column(values: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.float32)).reshape(-1, 1, 1, 1)
