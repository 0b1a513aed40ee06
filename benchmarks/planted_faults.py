"""Faults planted in pictures, by a seed, so that what a search finds can be counted.

Blur is Gaussian (sigma 1.2 to 3 pixels) or of motion (5 to 9 pixels), half each. Duplicates are copies of the very
bytes, encoded anew as JPEG (quality 60 to 85), shifted by up to 3 % of the width, or of another brightness
(0.75 to 1.3 times, up to a tenth more or less), a quarter each. Exposure is a tenth to a quarter of the light, three
to five times the light with what is too bright cut off, or a tenth of the contrast, a third each. A wrong label is
drawn evenly from the others. No picture has two faults, and a duplicate's source has none.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Pixels = NDArray[np.uint8]
SUFFIXES = {".png", ".jpg", ".jpeg", ".pgm", ".ppm", ".bmp", ".tif", ".tiff"}
SHARE = 0.05


@dataclass(frozen=True)
class Planted:
    """A picture as the search gets it, and what was done to it."""

    content: bytes
    suffix: str
    size: tuple[int, int]
    label: str
    true_label: str
    fault: str = ""
    """`blur`, `exposure`, `label` or `duplicate`; empty where there is none."""
    kind: str = ""
    """Which blur, which duplicate …"""
    source: int = -1
    """Of a duplicate: the place of its source."""


def plant(pictures: list[tuple[Pixels, str]], seed: int, share: float = SHARE) -> list[Planted]:
    """The pictures with faults in `share` of them for each kind; duplicates come after, as further pictures."""
    source = np.random.default_rng(seed)
    count = max(4, round(share * len(pictures)))
    order = source.permutation(len(pictures)).tolist()
    fault_of: dict[int, str] = {}
    for name in ("blur", "exposure", "label"):
        fault_of.update((order.pop(), name) for _ in range(count))
    copied = [order.pop() for _ in range(count)]
    names = sorted({label for _, label in pictures})
    made = []
    for at, (pixels, label) in enumerate(pictures):
        fault = fault_of.get(at, "")
        kind, given = "", label
        if fault == "blur":
            pixels, kind = blurred(pixels, source)
        elif fault == "exposure":
            pixels, kind = badly_exposed(pixels, source)
        elif fault == "label":
            given = str(source.choice([name for name in names if name != label]))
        made.append(_stored(pixels, given, label, fault, kind))
    for number, at in enumerate(copied):
        made.append(_copy(*pictures[at], at, made[at], number, source))
    return made


def blurred(pixels: Pixels, source: np.random.Generator) -> tuple[Pixels, str]:
    """Out of focus, or moved."""
    plain = pixels.astype(np.float64)
    if source.random() < 0.5:
        sigma = source.uniform(1.2, 3)
        spread = (sigma, sigma, 0)[: plain.ndim]
        return _as_bytes(ndimage.gaussian_filter(plain, spread, mode="nearest")), f"gaussian {sigma:.1f}"
    length, angle = int(source.choice([5, 7, 9])), source.uniform(0, np.pi)
    trace = _trace(length, angle)
    if plain.ndim == 3:
        trace = trace[:, :, None]
    return _as_bytes(ndimage.convolve(plain, trace, mode="nearest")), f"motion {length}"


def _trace(length: int, angle: float) -> NDArray[np.float64]:
    """What a point leaves behind that moves on a straight line during the exposure."""
    trace = np.zeros((length + 2, length + 2))
    for step in np.linspace(-(length - 1) / 2, (length - 1) / 2, 8 * length):
        down, right = (length + 1) / 2 + step * np.sin(angle), (length + 1) / 2 + step * np.cos(angle)
        row, column = int(down), int(right)
        for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
            trace[row + y, column + x] += abs(1 - y - down + row) * abs(1 - x - right + column)
    return trace / trace.sum()


def badly_exposed(pixels: Pixels, source: np.random.Generator) -> tuple[Pixels, str]:
    """Too dark, too bright, or without contrast."""
    plain = pixels.astype(np.float64)
    kind = str(source.choice(["dark", "bright", "flat"]))
    if kind == "dark":
        return _as_bytes(plain * source.uniform(0.1, 0.25)), kind
    if kind == "bright":
        return _as_bytes(plain * source.uniform(3, 5)), kind
    return _as_bytes(plain.mean() + (plain - plain.mean()) * 0.1), kind


def read_class_folders(folder: Path, most: int | None = None) -> list[tuple[Pixels, str]]:
    """Pictures of `CLASS/…` below the folder; of `train/CLASS/…` where there is a `train`."""
    root = folder / "train" if (folder / "train").is_dir() else folder
    found = []
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            with Image.open(path) as image:
                pixels = np.asarray(image if image.mode in ("L", "RGB") else image.convert("L"))
            found.append((pixels, path.relative_to(root).parts[0]))
    return found[:most]


def draw_pictures(classes: int, each: int, seed: int, size: int = 64) -> list[tuple[Pixels, str]]:
    """Drawn pictures: each class an arrangement of shapes of its own, under changing light, place and noise."""
    made = []
    for number in range(classes):
        shape = np.random.default_rng((seed, number))
        spots = [(shape.uniform(0.2, 0.8, 2), shape.uniform(0.03, 0.15), shape.uniform(-1, 1)) for _ in range(7)]
        for example in range(each):
            made.append((_drawn(spots, np.random.default_rng((seed, number, example)), size), f"class-{number:02d}"))
    return made


def _drawn(spots: list, source: np.random.Generator, size: int) -> Pixels:
    y, x = np.mgrid[0:size, 0:size] / size
    moved = source.normal(0, 0.03, 2)
    canvas = 0.15 * x * source.normal() + 0.15 * y * source.normal()
    for place, radius, strength in spots:
        at = place + moved + source.normal(0, 0.015, 2)
        far = np.maximum(np.abs(x - at[0]), np.abs(y - at[1])) if strength > 0 else np.hypot(x - at[0], y - at[1])
        canvas = canvas + strength * (far < radius)
    canvas = 128 + 60 * canvas * source.uniform(0.7, 1.2) + source.normal(0, 12) + source.normal(0, 3, canvas.shape)
    return _as_bytes(canvas)


def _copy(
    pixels: Pixels, label: str, at: int, original: Planted, number: int, source: np.random.Generator
) -> Planted:
    kind = ("exact", "encoded", "shifted", "brightness")[number % 4]
    if kind == "exact":
        return Planted(original.content, original.suffix, original.size, label, label, "duplicate", kind, at)
    if kind == "encoded":
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=int(source.integers(60, 86)))
        return Planted(buffer.getvalue(), ".jpg", original.size, label, label, "duplicate", kind, at)
    if kind == "shifted":
        most = max(1, round(0.03 * pixels.shape[1]))
        down, right = source.integers(-most, most + 1, 2)
        down = down or 1
        padded = np.pad(pixels, ((most, most), (most, most), (0, 0))[: pixels.ndim], mode="edge")
        rows, columns = pixels.shape[:2]
        changed = padded[most + down : most + down + rows, most + right : most + right + columns]
    else:
        changed = _as_bytes(pixels * source.uniform(0.75, 1.3) + source.uniform(-25, 25))
    stored = _stored(changed, label, label, "duplicate", kind)
    return Planted(stored.content, ".png", stored.size, label, label, "duplicate", kind, at)


def _stored(pixels: Pixels, label: str, true_label: str, fault: str, kind: str) -> Planted:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return Planted(buffer.getvalue(), ".png", (pixels.shape[1], pixels.shape[0]), label, true_label, fault, kind)


def _as_bytes(values: NDArray[np.float64]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
