"""What an input is like, in numbers, by which recent inputs are held against those of the training.

The model's own embedding where it has one; else what can be seen without a model: which letters follow each other in
a text, and brightness, contrast, sharpness, edges and layout of a picture.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tasks.contract import Predictor, Row, Task

Vectors = NDArray[np.float32]
"""(inputs, dimensions), no more than MOST_DIMENSIONS."""
MOST_DIMENSIONS = 384
OF_TEXT, OF_PICTURE, OF_MODEL = "letters-1", "look-1", "model"
"""Kinds of vectors; the number goes up when one is made otherwise."""
LETTERS = 128
_LONGEST = 4000
_GRAM = 3
_LAYOUT = 4
_SIDE = 64
_BINS = 8
_TINY = 1e-6


@dataclass(frozen=True)
class Describer:
    """Makes vectors of inputs. Vectors of another kind cannot be held against them."""

    kind: str
    vectors_of: Callable[[Sequence[Row]], Vectors]


NOTHING = Describer("", lambda rows: np.zeros((len(rows), 0), dtype=np.float32))
"""Keeps no vectors: of confidences and places alone something is remembered."""


def describer(task: Task, predictor: Predictor | None = None) -> Describer:
    """How inputs of a task are described: by the predictor, if it embeds them."""
    embed = getattr(predictor, "embed", None)
    of_pictures = task.predicts_on == "image"
    if embed is not None:
        field = "image" if of_pictures else "text"

        def embedded(rows: Sequence[Row]) -> Vectors:
            return _narrowed(np.asarray(embed([_said(row, field) for row in rows]), dtype=np.float32))

        return Describer(OF_MODEL, embedded)
    if of_pictures:
        return Describer(OF_PICTURE, lambda rows: np.stack([look_of(str(row["image"])) for row in rows]))
    return Describer(OF_TEXT, lambda rows: np.stack([letters_of(_said(row, "text")) for row in rows]))


def letters_of(text: str) -> Vectors:
    """(LETTERS,): which three letters follow each other, in hashed places (Weinberger et al. 2009), as the square
    root of their part of all."""
    found = np.zeros(LETTERS, dtype=np.float32)
    content = f" {' '.join(text[:_LONGEST].lower().split())} ".encode()
    for at in range(len(content) - _GRAM + 1):
        found[zlib.crc32(content[at : at + _GRAM]) % LETTERS] += 1
    return np.sqrt(found / max(1.0, float(found.sum())), dtype=np.float32)


def look_of(source: str) -> Vectors:
    """(layout 16 + colour 6 + sharpness 3 + edges 8 + size 2,) of a picture: path or data URL. Raises InputError.

    Sharpness is the falling off of detail over three scales, which hardly depends on what is shown.
    """
    from engine.vision.pixels import read_pixels

    pixels = read_pixels(source)
    height, width = pixels.shape[:2]
    small = np.stack([_reduced(pixels[:, :, at]) for at in range(pixels.shape[2])], axis=2)
    grey = small.mean(axis=2)
    cell = _SIDE // _LAYOUT
    layout = grey.reshape(_LAYOUT, cell, _LAYOUT, cell).mean(axis=(1, 3)).ravel()
    colours = small if small.shape[2] == 3 else np.repeat(small[:, :, :1], 3, axis=2)
    tone = np.concatenate([colours.mean(axis=(0, 1)), colours.std(axis=(0, 1))])
    size = [np.log(width * height), np.log(width / height)]
    return np.concatenate([layout, tone, _sharpness(pixels.mean(axis=2)), _edges(grey), size]).astype(np.float32)


def _said(row: Row, field: str) -> str:
    """What of a row a model is asked."""
    if field in row:
        return str(row[field])
    return "\n".join(str(row[side]) for side in ("a", "b") if side in row)


def _narrowed(vectors: Vectors) -> Vectors:
    """Wider embeddings are projected at random, the same way every time, which keeps distances (Johnson &
    Lindenstrauss)."""
    wide = vectors.shape[1]
    if wide <= MOST_DIMENSIONS:
        return vectors
    directions = np.random.default_rng(wide).normal(size=(wide, MOST_DIMENSIONS)) / np.sqrt(MOST_DIMENSIONS)
    return (vectors @ directions.astype(np.float32)).astype(np.float32)


def _reduced(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    from PIL import Image

    reduced = Image.fromarray(np.ascontiguousarray(grey)).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(reduced, dtype=np.float32)


def _sharpness(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    """Logarithms of the energy of differences at three scales, each over that of the next coarser one."""
    energies: list[float] = []
    while len(energies) < 4:
        right, down = np.diff(grey, axis=1), np.diff(grey, axis=0)
        energies.append(float((right**2).mean() if right.size else 0) + float((down**2).mean() if down.size else 0))
        even = grey[: max(1, grey.shape[0] // 2 * 2), : max(1, grey.shape[1] // 2 * 2)]
        if min(even.shape) >= 2:
            grey = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2).mean(axis=(1, 3))
    return np.array([np.log((energies[at] + _TINY) / (energies[at + 1] + _TINY)) for at in range(3)])


def _edges(grey: NDArray[np.float32]) -> NDArray[np.float64]:
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    bins = np.floor(np.arctan2(down, right) % np.pi / np.pi * _BINS).astype(int) % _BINS
    found = np.bincount(bins.ravel(), strength.ravel(), minlength=_BINS)
    return found / (found.sum() + _TINY)


def confidence_of(prediction: Row) -> float | None:
    """How sure a prediction is: its confidence, else the mean one of what it found, else how sure a cosine is; None
    where it found nothing, or says nothing of it."""
    own = prediction.get("confidence", prediction.get("similarity"))
    if isinstance(own, int | float):
        return float(own)
    found: Any = prediction.get("objects", prediction.get("entities"))
    inner = [one["confidence"] for one in found or [] if isinstance(one.get("confidence"), int | float)]
    return float(np.mean(inner)) if inner else None
