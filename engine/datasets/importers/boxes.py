"""Boxes and polygons of label files become boxes in pixels, or a problem in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1.0
"""Pixels by which a box may leave the image: rounding, and tools that count from 1. It is clipped."""
DUST = 0.02
"""Of a pixel: six decimals of a coordinate, as YOLO files have, on the largest images. Exports that are one
pixel off are so by this much more or less."""


@dataclass(frozen=True)
class Box:
    """An object of a row."""

    label: str
    edges: tuple[float, float, float, float]

    def as_object(self) -> dict[str, Any]:
        return {"label": self.label, "box": list(self.edges)}


class BadLabel(ValueError):
    """Why a label cannot be used, in words. Its image is left out with it."""


class EmptyBox(BadLabel):
    """A box round nothing: it alone is left out, for it marks no object."""


def number_of(value: object) -> float:
    """A finite number. Raises BadLabel."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise BadLabel(f"{str(value)[:40]!r} is not a finite number")


def box_round(label: str, points: Sequence[tuple[float, float]], width: int, height: int) -> Box:
    """The box round points in pixels, inside the image. Raises BadLabel, EmptyBox."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    edges = (min(xs), min(ys), max(xs), max(ys))
    for name, beyond in (
        ("to the left of", -edges[0]),
        ("above", -edges[1]),
        ("to the right of", edges[2] - width),
        ("below", edges[3] - height),
    ):
        if beyond > TOLERANCE + DUST:
            raise BadLabel(f"the box reaches {beyond:.4g} pixels {name} the image of {width} x {height}")
    x0, y0, x1, y1 = (
        round(min(max(edge, 0.0), float(limit)), 3) for edge, limit in zip(edges, (width, height) * 2, strict=True)
    )
    if x1 <= x0 or y1 <= y0:
        raise EmptyBox(f"the box from {x0:g}, {y0:g} to {x1:g}, {y1:g} has no area")
    return Box(label, (x0, y0, x1, y1))


def corners(x: float, y: float, wide: float, high: float) -> list[tuple[float, float]]:
    """Two opposite corners of a box given by its top left corner and its size. Raises BadLabel."""
    if wide < 0 or high < 0:
        raise BadLabel(f"the box has a negative size ({wide:g} x {high:g})")
    return [(x, y), (x + wide, y + high)]
