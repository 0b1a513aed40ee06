"""Reads a picture as numbers: 8 and 16 bits, grey or colour, as it was held. Checked before it is decoded."""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.privacy.sealing import read_bytes

if TYPE_CHECKING:
    from PIL import Image

Pixels = NDArray[np.float32]
"""(height, width, channels), 0 to 1."""

MAX_BYTES = 128 * 2**20
MAX_PIXELS = 100_000_000
INLINE = "data:image/"
FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF", "PPM")
_SIXTEEN = {"I;16", "I;16B", "I;16L", "I;16N"}
_FIX = "give a PNG, JPEG or TIFF of up to 100 megapixels"


def read_pixels(source: str | Path) -> Pixels:
    """Decode a picture: a path, or a data URL with its content in base64. Alpha is left out.

    8 bits are divided by 255, 16 by 65,535; numbers with a fraction (radiometric pictures) are stretched from their
    lowest to their highest value, because only their order is known. Raises InputError.
    """
    content, where = _content(source)
    return decode(content, where)


def decode(content: bytes, where: str) -> Pixels:
    """Decode the bytes of a picture. Raises InputError that names `where`."""
    from PIL import Image, ImageOps

    if not 0 < len(content) <= MAX_BYTES:
        raise InputError(
            f"not a picture that can be read ({len(content)} bytes)", where=where, fix=f"give 1 to {MAX_BYTES} bytes"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs, which the check refuses, and of odd metadata
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise InputError(
                        f"the picture has {picture.width} x {picture.height} pixels", where=where, fix=_FIX
                    )
                return _numbers(ImageOps.exif_transpose(picture))
    except InputError:
        raise
    # Pillow's decoders raise whatever a damaged file makes them stumble on.
    except Exception as problem:
        said = "no kind that is known" if type(problem).__name__ == "UnidentifiedImageError" else str(problem)[:100]
        raise InputError(f"not a picture that can be read ({said or 'damaged'})", where=where, fix=_FIX) from problem


def inline(pixels: Pixels) -> str:
    """A picture as a data URL, so that a sample carries all it needs: 16 bits where it is grey, else 8."""
    from PIL import Image

    buffer = io.BytesIO()
    values = np.clip(pixels, 0, 1)
    if pixels.shape[2] == 1:
        Image.fromarray(np.round(values[:, :, 0] * 65535).astype(np.uint16)).save(buffer, "PNG")
    else:
        Image.fromarray(np.round(values[:, :, :3] * 255).astype(np.uint8)).save(buffer, "PNG")
    return f"{INLINE}png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def with_channels(pixels: Pixels, channels: int) -> Pixels:
    """The same picture in as many channels as a net takes: grey is repeated, colour becomes its luminance (BT.601).
    Raises InputError where neither is possible."""
    own = pixels.shape[2]
    if own == channels:
        return pixels
    if own == 1:
        return np.repeat(pixels, channels, axis=2)
    if channels == 1 and own == 3:
        grey: Pixels = pixels @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
        return grey[:, :, None]
    raise InputError(
        f"the picture has {own} channels and the model takes {channels}", fix="convert it, or set `channels`"
    )


def _numbers(picture: Image.Image) -> Pixels:
    if picture.mode in _SIXTEEN or picture.mode == "I":
        return _scaled(picture, 65535)[:, :, None]
    if picture.mode == "F":
        values: Pixels = np.asarray(picture, dtype=np.float32)
        if not np.isfinite(values).all():
            raise ValueError("it holds values that are no numbers")
        low, high = np.float32(values.min()), np.float32(values.max())
        return ((values - low) / (high - low or np.float32(1.0))).astype(np.float32)[:, :, None]
    if picture.mode in {"1", "L", "LA"}:
        return _scaled(picture.convert("L"), 255)[:, :, None]
    return _scaled(picture.convert("RGB"), 255)


def _scaled(picture: Image.Image, full: float) -> Pixels:
    values: Pixels = np.asarray(picture, dtype=np.float32) * np.float32(1 / full)
    return np.clip(values, 0, 1)


def _content(source: str | Path) -> tuple[bytes, str]:
    if isinstance(source, str) and source.startswith(INLINE):
        try:
            return base64.b64decode(source.partition(",")[2], validate=True), "the data URL"
        except binascii.Error as problem:
            raise InputError("the picture's base64 is damaged", where="the data URL") from problem
    path = Path(source)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"the picture has more than {MAX_BYTES >> 20} MiB", where=str(path), fix=_FIX)
        return read_bytes(path), str(path)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(f"the picture cannot be read ({reason})", where=str(source)[:200]) from problem
