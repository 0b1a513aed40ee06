"""Pixels as PNG: full scale of the bits asked for, cut off beyond it."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.drawing.png import as_png


@pytest.mark.parametrize(("bits", "full"), [(8, 255), (16, 65535)])
def test_grey_uses_the_full_scale_of_its_bits_and_is_cut_off_beyond(bits: int, full: int) -> None:
    share = np.array([[0.0, 0.5, 1.0], [-1.0, 2.0, 0.25]])
    levels = np.asarray(Image.open(io.BytesIO(as_png(share, bits))))
    assert levels.tolist() == [[0, round(full / 2), full], [0, full, round(full / 4)]]


def test_colours_keep_their_order() -> None:
    share = np.zeros((2, 3, 3))
    share[:, :, 0] = 1
    image = Image.open(io.BytesIO(as_png(share)))
    assert image.mode == "RGB" and image.size == (3, 2) and image.getpixel((1, 1)) == (255, 0, 0)
