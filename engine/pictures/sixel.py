"""Sixel: a picture as bands of six pixel rows, colour after colour, each a run-length encoded line of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.pictures.palette import in_few_colours

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS = 128
"""Each costs a line in every band that it occurs in; terminals offer 256."""
BAND = 6
EMPTY = 63
"""The character `?`: none of the six pixels. Each pixel adds a power of two to it."""
LEAST_RUN = 4
"""`!4@` is as long as three characters and a half: shorter runs are written out."""


def sixel(picture: Image) -> str:
    """The escape code that draws the picture from the cursor on; one without a palette is given one."""
    import numpy as np

    reduced = picture if picture.mode == "P" else in_few_colours(picture, COLOURS)
    width, height = reduced.size
    pixels = np.asarray(reduced)
    parts = [f'\x1bP0;1q"1;1;{width};{height}']
    palette = (reduced.getpalette() or [])[: 3 * (int(pixels.max()) + 1)]
    for number in range(len(palette) // 3):
        red, green, blue = (round(value * 100 / 255) for value in palette[3 * number : 3 * number + 3])
        parts.append(f"#{number};2;{red};{green};{blue}")
    for top in range(0, height, BAND):
        band = pixels[top : top + BAND]
        powers = (1 << np.arange(len(band), dtype=np.uint8))[:, None]
        lines = [
            f"#{colour}{_runs(np.where(band == colour, powers, 0).sum(0).astype(np.uint8) + EMPTY)}"
            for colour in np.unique(band).tolist()
        ]
        parts.append("$".join(lines))
        parts.append("-")
    # Without the line feed behind the last band: it would scroll a picture at the bottom of the screen.
    return "".join(parts[:-1]) + "\x1b\\"


def _runs(line: Any) -> str:
    """`!12~` for twelve times `~`; what is empty at the end is left out."""
    import numpy as np

    ends = np.flatnonzero(line[1:] != line[:-1]) + 1
    starts = np.concatenate(([0], ends))
    lengths = np.diff(np.append(starts, len(line))).tolist()
    characters = line[starts].tolist()
    if characters[-1] == EMPTY and len(characters) > 1:
        del characters[-1], lengths[-1]
    return "".join(
        chr(character) * length if length < LEAST_RUN else f"!{length}{chr(character)}"
        for character, length in zip(characters, lengths, strict=True)
    )
