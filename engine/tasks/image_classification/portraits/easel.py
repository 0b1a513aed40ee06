"""Paint on a picture in colour, at four times its size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

from engine.drawing.texture import Field
from engine.tasks.image_classification.portraits.identity import Colour
from engine.tasks.image_classification.portraits.pose import Array

FINE = 4


class Easel:
    """Draws in pixels of the final picture; what is drawn later covers what is there."""

    def __init__(self, background: Field) -> None:
        """`background`: height x width x 3 from 0 to 255."""
        levels = np.clip(background, 0, 255).astype(np.uint8)
        self._image = Image.fromarray(levels.repeat(FINE, 0).repeat(FINE, 1))
        # With "RGBA" the pen mixes translucent colours into what is there.
        self._pen = ImageDraw.Draw(self._image, "RGBA")

    def area(self, points: Array, colour: Colour, opacity: float = 1.0) -> None:
        """Fill a polygon."""
        self._pen.polygon(_fine(points), fill=_ink(colour, opacity))

    def stroke(self, points: Array, colour: Colour, width: float, opacity: float = 1.0) -> None:
        """Draw a line that is `width` pixels wide; thinner than a fine pixel it fades instead."""
        thick = width * FINE
        self._pen.line(
            _fine(points), fill=_ink(colour, opacity * min(1.0, thick)), width=max(1, round(thick)), joint="curve"
        )

    def dots(
        self, places: Iterable[tuple[float, float]], radius: float, colour: Colour, opacity: float = 1.0
    ) -> None:
        """Round dots."""
        fine = radius * FINE
        for x, y in places:
            box = [x * FINE - fine, y * FINE - fine, x * FINE + fine, y * FINE + fine]
            self._pen.ellipse(box, fill=_ink(colour, opacity * min(1.0, fine)))

    def inside(self, points: Array) -> Field:
        """Which part of each pixel is inside the polygon; paints nothing."""
        sheet = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(sheet).polygon(_fine(points), fill=255)
        return np.asarray(sheet.reduce(FINE), dtype=np.float32) / np.float32(255)

    def pixels(self) -> Field:
        """The picture at its final size, 0 to 255."""
        return np.asarray(self._image.reduce(FINE), dtype=np.float32)


def shaded(colour: Colour, factor: float) -> Colour:
    """Lighter above 1, darker below."""
    r, g, b = (channel * factor for channel in colour)
    return r, g, b


def blended(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` of `second`."""
    r, g, b = (one + (other - one) * share for one, other in zip(first, second, strict=True))
    return r, g, b


def _fine(points: Array) -> list[float]:
    return (points * FINE).ravel().tolist()


def _ink(colour: Colour, opacity: float) -> tuple[int, int, int, int]:
    r, g, b = (min(255, max(0, round(channel))) for channel in colour)
    return r, g, b, round(255 * opacity)
