"""A picture in few colours, without losing those that mean something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def in_few_colours(picture: Image, most: int, keep: Sequence[str] = ()) -> Image:
    """The picture with a palette of at most so many colours, those to keep nearly as they are.

    A thin box has too few pixels to be given a colour of its own otherwise, and would be muddy.
    """
    from PIL import Image

    picture = picture.convert("RGB")
    kept = list(dict.fromkeys(keep))
    found = picture.quantize(most - len(kept))
    if not kept:
        return found
    values = (found.getpalette() or [])[: 3 * (most - len(kept))]
    for colour in kept:
        values += [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(values)
    # No dither: it makes a box of dots, and noise does not compress.
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)
