"""Pixels as the bytes of a PNG file, the same in every process."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def as_png(share: NDArray[Any], bits: int = 8) -> bytes:
    """Values from 0 to 1, height x width (grey) or height x width x 3, over the full scale of 8 bits, or 16 of grey.

    What lies outside is cut off, as by a saturated sensor.
    """
    full = 2**bits - 1
    levels = np.rint(np.clip(share, 0, 1) * full)
    buffer = io.BytesIO()
    # Level 6: zlib's best costs three times as much for two per cent of noise.
    Image.fromarray(levels.astype(np.uint8 if bits == 8 else np.uint16)).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()
