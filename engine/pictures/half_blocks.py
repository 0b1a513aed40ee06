"""A picture as characters: each cell is `▀`, its upper half in one colour and its lower half in another.

Works wherever a terminal has colours, over SSH and inside tmux, where the picture protocols of Kitty and
sixel often do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.pictures.boxes import Mark

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich.segment import Segment

HALF = "▀"
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Cells:
    """A drawn picture: rows of (character, colour of the ink, colour behind it)."""

    rows: tuple[tuple[tuple[str, Colour, Colour], ...], ...]

    def segments(self, y: int) -> Iterator[Segment]:
        """A row as rich draws it; neighbours of the same colours in one piece."""
        from rich.color import Color
        from rich.segment import Segment
        from rich.style import Style

        text, colours = "", None
        for character, ink, behind in (*self.rows[y], ("", None, None)):
            if (ink, behind) == colours:
                text += character
                continue
            if colours is not None:
                yield Segment(text, Style(color=Color.from_rgb(*colours[0]), bgcolor=Color.from_rgb(*colours[1])))
            text, colours = character, (ink, behind) if ink is not None and behind is not None else None


def size_in_cells(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """Columns and rows of a picture of `width` × `height` pixels that keeps its shape in this room.

    A cell is twice as high as it is wide, in nearly every font. Pictures are not enlarged beyond a pixel a cell.
    """
    scale = min(columns / width, 2 * rows / height, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale / 2))


def draw_cells(picture: Image, marks: Sequence[Mark], columns: int, rows: int) -> Cells:
    """The picture in this room, with boxes round things and their texts above them."""
    import numpy as np
    from PIL import Image

    wide, high = size_in_cells(picture.width, picture.height, columns, rows)
    shrunk = picture.resize((wide, 2 * high), Image.Resampling.BOX)
    pixels = np.asarray(shrunk, dtype=np.uint8).copy()
    across, down = wide / picture.width, 2 * high / picture.height
    written: dict[tuple[int, int], tuple[str, Colour, Colour]] = {}
    for mark in reversed(marks):
        colour = _rgb(mark.colour)
        # Outside of the thing: inside there may be no pixel left of it.
        x0, x1 = _ends(mark.box[0] * across, mark.box[2] * across, wide)
        y0, y1 = _ends(mark.box[1] * down, mark.box[3] * down, 2 * high)
        pixels[[y0, y1], x0 : x1 + 1] = colour
        pixels[y0 : y1 + 1, [x0, x1]] = colour
        # The row above the box; below it where there is none above.
        row = y0 // 2 - 1 if y0 // 2 >= 1 else min(high - 1, y1 // 2 + 1)
        column = max(0, min(x0, wide - len(mark.text)))
        for at, character in enumerate(mark.text[: wide - column]):
            written[row, column + at] = (character, _ink_on(colour), colour)
    triples = pixels.tolist()
    return Cells(
        tuple(
            tuple(
                written.get((y, x)) or (HALF, tuple(triples[2 * y][x]), tuple(triples[2 * y + 1][x]))
                for x in range(wide)
            )
            for y in range(high)
        )
    )


def _ends(low: float, high: float, size: int) -> tuple[int, int]:
    """The pixels just before and just behind a stretch, within the picture."""
    return max(0, min(size - 1, int(low) - 1)), max(0, min(size - 1, int(-(-high // 1))))


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _ink_on(colour: Colour) -> Colour:
    light = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] > 140
    return (0, 0, 0) if light else (255, 255, 255)
