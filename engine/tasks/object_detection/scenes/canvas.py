"""A canvas that knows what each pixel shows, so that boxes are those of what can still be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Point = tuple[float, float]
Colour = tuple[float, float, float]
Pixels = NDArray[np.float32]

FINE = 2
"""Scenes are drawn at twice the size and reduced: edges are smooth, as a lens makes them."""
NOTHING = 0


@dataclass(frozen=True)
class Drawn:
    """An image and what stands in it."""

    pixels: NDArray[np.uint8]
    objects: list[dict[str, Any]]


@dataclass
class _Thing:
    label: str
    area: int = 0


class Canvas:
    """Draws in pixels of the final image; a second sheet notes the owner of each pixel."""

    def __init__(self, background: Pixels) -> None:
        """`background`: height x width x 3 from 0 to 255."""
        self.image = Image.fromarray(np.clip(background, 0, 255).astype(np.uint8).repeat(FINE, 0).repeat(FINE, 1))
        self._owners = Image.new("L", self.image.size, NOTHING)
        self._pen, self._marker = ImageDraw.Draw(self.image), ImageDraw.Draw(self._owners)
        self._things: list[_Thing] = []

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the final image."""
        return self.image.width // FINE, self.image.height // FINE

    def begin(self, label: str) -> int:
        """A new thing; its number is the `owner` of what is drawn for it."""
        self._things.append(_Thing(label))
        return len(self._things)

    def finish(self, owner: int) -> None:
        """The thing is drawn whole: what is drawn from now on may hide it."""
        self._things[owner - 1].area = int((np.asarray(self._owners) == owner).sum())

    def polygon(self, points: Sequence[Point], colour: Colour, owner: int | None = NOTHING) -> None:
        """`owner` None leaves the owners as they are: for marks on a thing, and for wires, which hide nothing."""
        fine = [(x * FINE, y * FINE) for x, y in points]
        self._pen.polygon(fine, fill=_ink(colour))
        if owner is not None:
            self._marker.polygon(fine, fill=owner)

    def ellipse(self, centre: Point, radii: Point, colour: Colour, owner: int | None = NOTHING) -> None:
        box = [
            ((centre[0] - radii[0]) * FINE, (centre[1] - radii[1]) * FINE),
            ((centre[0] + radii[0]) * FINE, (centre[1] + radii[1]) * FINE),
        ]
        self._pen.ellipse(box, fill=_ink(colour))
        if owner is not None:
            self._marker.ellipse(box, fill=owner)

    def line(self, points: Sequence[Point], colour: Colour, width: float, owner: int | None = None) -> None:
        fine = [(x * FINE, y * FINE) for x, y in points]
        thick = max(1, round(width * FINE))
        self._pen.line(fine, fill=_ink(colour), width=thick, joint="curve" if thick > 2 else None)
        if owner is not None:
            self._marker.line(fine, fill=owner, width=thick)

    def pixels(self) -> Pixels:
        """The image at its final size, 0 to 255."""
        return np.asarray(self.image.reduce(FINE), dtype=np.float32)

    def objects(self, least_visible: float, least_pixels: float) -> list[dict[str, Any]]:
        """Label and box of each thing of which enough is seen: the box holds its visible part."""
        owners = np.asarray(self._owners)
        found = []
        for number, thing in enumerate(self._things, 1):
            mine = owners == number
            seen = int(mine.sum())
            if not seen or seen < least_visible * thing.area or seen < least_pixels * FINE**2:
                continue
            columns, rows = np.flatnonzero(mine.any(0)), np.flatnonzero(mine.any(1))
            box = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
            found.append({"label": thing.label, "box": [float(edge) / FINE for edge in box]})
        return found


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` of `second`."""
    r, g, b = (one + (other - one) * share for one, other in zip(first, second, strict=True))
    return r, g, b


def shaded(colour: Colour, factor: float) -> Colour:
    """Lighter above 1, darker below."""
    r, g, b = (channel * factor for channel in colour)
    return r, g, b


def _ink(colour: Colour) -> tuple[int, int, int]:
    r, g, b = (min(255, max(0, round(channel))) for channel in colour)
    return r, g, b
