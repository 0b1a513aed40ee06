"""A picture as curation looks at it: grey, small, upright, within limits; 8 and 16 bits on a scale of 0 to 1."""

from __future__ import annotations

import io
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.privacy.sealing import read_bytes
from engine.vision.pixels import FORMATS, MAX_BYTES, MAX_PIXELS

if TYPE_CHECKING:
    from PIL import Image

Grey = NDArray[np.float32]
"""(height, width), 0 to 1."""
SIDE = 160
"""Longer side in pixels: blur and doubles that cannot be seen at this size do not matter to nets of 224 pixels."""
_LARGE = 16_000_000
_TOO_LARGE = f"it has more than {MAX_PIXELS // 10**6} megapixels"
_one_large_at_a_time = threading.Lock()


class Unreadable(ValueError):
    """Why a picture cannot be looked at, in words."""


def read_grey(path: Path, side: int = SIDE) -> tuple[Grey, bool]:
    """The picture reduced to `side` pixels, and whether it has more than 8 bits. Never enlarged.

    Decoded once; a JPEG only as finely as is needed, and pictures above 16 megapixels one at a time. Raises
    Unreadable, and InputError for a sealed picture that cannot be opened.
    """
    from PIL import Image

    try:
        if not 0 < path.stat().st_size <= MAX_BYTES:
            raise Unreadable(f"the file is empty or larger than {MAX_BYTES >> 20} MiB")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs, which the check below refuses, and of odd metadata
            with Image.open(io.BytesIO(read_bytes(path)), formats=FORMATS) as picture:
                pixels = picture.width * picture.height
                if pixels > MAX_PIXELS:
                    raise Unreadable(_TOO_LARGE)
                if pixels > _LARGE:
                    with _one_large_at_a_time:
                        return _reduced(picture, side)
                return _reduced(picture, side)
    except (Unreadable, InputError):
        raise
    except Image.UnidentifiedImageError as problem:
        raise Unreadable("no kind of picture that is known") from problem
    except Image.DecompressionBombError as problem:
        raise Unreadable(_TOO_LARGE) from problem
    except OSError as problem:
        raise Unreadable(problem.strerror or str(problem)[:100]) from problem
    # Pillow's decoders raise whatever a damaged file makes them stumble on.
    except Exception as problem:
        raise Unreadable(str(problem)[:100] or "damaged") from problem


def resized(grey: Grey, width: int, height: int) -> Grey:
    """The picture in another size: averaged where it gets smaller."""
    from PIL import Image

    smaller = width <= grey.shape[1] and height <= grey.shape[0]
    kind = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(grey).resize((width, height), kind), dtype=np.float32)


def _reduced(picture: Image.Image, side: int) -> tuple[Grey, bool]:
    from PIL import Image, ImageOps

    picture.draft("L", (2 * side, 2 * side))  # of JPEG alone: eighths of its size are nearly free
    upright = ImageOps.exif_transpose(picture)
    deep = upright.mode == "F" or upright.mode.startswith("I")
    if deep:
        values = np.asarray(upright, dtype=np.float32)
        full = 65535.0 if upright.mode != "F" else 1.0
        if not np.isfinite(values).all():
            raise Unreadable("it holds values that are no numbers")
        plain = Image.fromarray(values / np.float32(full))
    else:
        plain = upright if upright.mode == "L" else upright.convert("L")
    scale = side / max(plain.size)
    if scale < 1:
        size = max(1, round(plain.width * scale)), max(1, round(plain.height * scale))
        plain = plain.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    grey = np.asarray(plain, dtype=np.float32)
    return (grey if deep else grey / np.float32(255)), deep
