"""Pictures of more than 8 bits as people can see them: a sensor's counts fill a small part of 16 bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

ENDS = (0.5, 99.5)
"""Percentiles that become black and white: a single dead pixel must not darken all others."""
REPEATED = 257
"""A picture of 8 bits that was written with 16 has multiples of it alone, and is shown as it was."""


def eight_bits(picture: Image) -> Image:
    """The picture in RGB; of more than 8 bits the range that its pixels fill. Numbers that are none become black."""
    deep = picture.mode == "F" or picture.mode.startswith("I")
    if not deep:
        return picture.convert("RGB")
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(picture, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if picture.mode != "F" and values.max(initial=0) <= 65535 and not (values % REPEATED).any():
        scaled = values / REPEATED
    else:
        low, high = np.percentile(values, ENDS)
        scaled = (values - low) / ((high - low) or 1.0) * 255
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8)).convert("RGB")
