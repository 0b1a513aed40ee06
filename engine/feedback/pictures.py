"""Decodes what was received before it is believed to be an image."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from engine.datasets.files import content_name
from engine.errors import DataError

_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg"}
_READ = ("PNG", "JPEG")
_ORIENTATION = 0x0112
_UPRIGHT = 1


@dataclass(frozen=True)
class Picture:
    """An image that can be stored: upright, named by its content."""

    name: str
    content: bytes
    width: int
    height: int


def decode(data: bytes, max_pixels: int) -> Picture:
    """Decode a PNG or JPEG whole. Raises DataError for what is none, damaged or too large."""
    from PIL import Image, ImageOps

    if not data:
        raise DataError("the image is empty", fix="send it again")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large images, which the check below refuses, and odd metadata
            with Image.open(io.BytesIO(data), formats=_READ) as image:
                _check_size(image.width, image.height, max_pixels)
                image.verify()
            with Image.open(io.BytesIO(data), formats=_READ) as image:
                image.load()
                kind = str(image.format)
                if image.getexif().get(_ORIENTATION, _UPRIGHT) == _UPRIGHT:
                    return Picture(content_name(data, _SUFFIXES[kind]), data, image.width, image.height)
                # Readers differ in whether they turn a picture as the camera was held: stored upright, all see it so.
                turned = ImageOps.exif_transpose(image)
                plain = turned if turned.mode in {"L", "RGB"} else turned.convert("RGB")
                buffer = io.BytesIO()
                plain.save(buffer, "PNG", compress_level=3)
    except DataError:
        raise
    except Image.DecompressionBombError as problem:
        raise _too_large(max_pixels) from problem
    except Image.UnidentifiedImageError as problem:
        raise DataError("is neither a PNG nor a JPEG", fix="send the image in one of these") from problem
    # Pillow's decoders raise whatever a damaged file makes them stumble on.
    except Exception as problem:
        said = str(problem)[:80] or type(problem).__name__
        raise DataError(f"the image is damaged ({said})", fix="send it again") from problem
    return Picture(content_name(buffer.getvalue(), ".png"), buffer.getvalue(), plain.width, plain.height)


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise _too_large(max_pixels, f"{width} x {height}")


def _too_large(max_pixels: int, size: str = "too many") -> DataError:
    return DataError(
        f"the image has {size} pixels, more than the {max_pixels / 1e6:g} megapixels that are read",
        fix="send a smaller one",
    )
