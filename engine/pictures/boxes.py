"""Boxes and their labels on a picture, drawn with Pillow."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError, InputError
from engine.pictures.depth import eight_bits
from engine.pictures.labels import Corners, places
from engine.privacy.sealing import file_is_sealed, read_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#56b4e9")
"""The set of Okabe and Ito (2008), which colour-blind people can tell apart."""
MISSED, FALSE = "#d55e00", "#f0e442"
LEAST_SIDE, MOST_SIDE = 640, 1280
"""A drawn picture's longer side: small ones are enlarged, so that lines and letters do not hide a thin thing."""
LETTERS = 14
"""Pixels of a label's letters."""
JPEG_QUALITY = 90
INLINE = "data:image/"


@dataclass(frozen=True)
class Mark:
    """A box to draw."""

    box: tuple[float, float, float, float]
    text: str = ""
    colour: str = COLOURS[0]
    dashed: bool = False


def open_picture(source: Path | str) -> Image:
    """The decoded picture in RGB, upright as people see it: of a file, or of a `data:` URL with base64.

    Raises InputError, DataError.
    """
    try:
        from PIL import Image, ImageOps
    except ModuleNotFoundError as problem:
        raise InputError("pictures need Pillow", fix="install finetop with the extra `train`") from problem
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(_file(source)) as opened:
                return eight_bits(ImageOps.exif_transpose(opened))
    except FileNotFoundError as problem:
        raise InputError(
            "there is no such picture", where=_named(source), fix="give the path of an image"
        ) from problem
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as problem:
        raise DataError(
            f"not a picture that can be read ({problem})", where=_named(source), fix="use a sound PNG or JPEG"
        ) from problem


def drawn_size(width: int, height: int) -> tuple[int, int]:
    """The size that `draw` gives a picture of this size."""
    longer = max(width, height)
    # Whole numbers enlarge without a blur.
    scale = -(-LEAST_SIDE // longer) if longer < LEAST_SIDE else min(1.0, MOST_SIDE / longer)
    return max(1, round(width * scale)), max(1, round(height * scale))


def draw(picture: Image, marks: Sequence[Mark], size: tuple[int, int] | None = None) -> Image:
    """A copy with the boxes on it, of this size, or of one at which they can be seen."""
    from PIL import Image, ImageDraw, ImageFont

    size = size or drawn_size(*picture.size)
    across, down = size[0] / picture.width, size[1] / picture.height
    enlarged = picture.resize(size, Image.Resampling.NEAREST if across > 1 else Image.Resampling.LANCZOS)
    pen, font = ImageDraw.Draw(enlarged), ImageFont.load_default(LETTERS)
    boxes: list[Corners] = []
    for mark in marks:
        # Round the thing and not on it: a line of two pixels would hide a crossarm.
        x0, y0, x1, y1 = mark.box
        boxes.append((x0 * across - 2, y0 * down - 2, x1 * across + 2, y1 * down + 2))
        if mark.dashed:
            _dashed(pen, boxes[-1], mark.colour)
        else:
            pen.rectangle(boxes[-1], outline=mark.colour, width=2)
    # After all the boxes, whose lines would run through the letters.
    written = [pen.textbbox((0, 0), mark.text, font=font) if mark.text else (0, 0, 0, 0) for mark in marks]
    sizes = [
        (right - left + 4 if right else 0, bottom - top + 4 if right else 0) for left, top, right, bottom in written
    ]
    for mark, place, (left, top, _, _) in zip(marks, places(boxes, sizes, size), written, strict=True):
        if mark.text:
            pen.rectangle(place, fill=mark.colour)
            pen.text((place[0] + 2 - left, place[1] + 2 - top), mark.text, fill=_ink_on(mark.colour), font=font)
    return enlarged


def colours_in(marks: Sequence[Mark]) -> list[str]:
    """The colours of boxes and letters."""
    return [*dict.fromkeys(mark.colour for mark in marks), *dict.fromkeys(_ink_on(mark.colour) for mark in marks)]


def as_jpeg(picture: Image) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def colour_of(label: str, labels: Sequence[str], colours: Sequence[str] = COLOURS) -> str:
    """The same colour for the same label of a list."""
    return colours[labels.index(label) % len(colours)] if label in labels else colours[0]


def _file(source: Path | str) -> Path | io.BytesIO:
    if isinstance(source, str) and source.startswith(INLINE):
        return io.BytesIO(base64.b64decode(source.partition(",")[2], validate=True))
    path = Path(source)
    return io.BytesIO(read_bytes(path)) if file_is_sealed(path) else path


def _named(source: Path | str) -> str:
    return "the data URL" if str(source).startswith(INLINE) else str(source)


def _dashed(pen: Any, corners: tuple[float, ...], colour: str, dash: int = 6) -> None:
    x0, y0, x1, y1 = corners
    for at in range(int(x0), int(x1), 2 * dash):
        for y in (y0, y1):
            pen.line((at, y, min(at + dash, x1), y), fill=colour, width=2)
    for at in range(int(y0), int(y1), 2 * dash):
        for x in (x0, x1):
            pen.line((x, at, x, min(at + dash, y1)), fill=colour, width=2)


def _ink_on(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"
