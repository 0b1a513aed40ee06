"""Pictures of more than 8 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from engine.pictures.boxes import open_picture
from engine.pictures.depth import eight_bits


def test_the_counts_of_a_sensor_fill_the_range_of_the_eye(tmp_path: Path) -> None:
    counts = np.linspace(28_000, 28_400, 64 * 64).reshape(64, 64).astype(np.uint16)
    Image.fromarray(counts).save(tmp_path / "raw.png")
    seen = np.asarray(open_picture(tmp_path / "raw.png"))
    assert seen.shape == (64, 64, 3) and seen.min() == 0 and seen.max() == 255
    assert abs(float(seen.mean()) - 127.5) < 2 and (np.diff(seen[:, 0, 0].astype(int)) >= 0).all()


def test_one_dead_pixel_does_not_darken_the_others() -> None:
    counts = np.full((40, 40), 7000, dtype=np.uint16)
    counts[:, 20:] = 7100
    counts[0, 0] = 65535
    seen = np.asarray(eight_bits(Image.fromarray(counts)))
    assert set(np.unique(seen)) == {0, 255}


def test_a_picture_of_8_bits_written_with_16_looks_as_it_did() -> None:
    eight = np.arange(60, 90, dtype=np.uint8).repeat(30).reshape(30, 30)
    seen = eight_bits(Image.fromarray(eight.astype(np.uint16) * 257))
    assert (np.asarray(seen)[:, :, 0] == eight).all()


def test_numbers_with_a_fraction_are_shown_and_those_that_are_none_are_black() -> None:
    values = np.linspace(-40.5, 85.25, 100, dtype=np.float32).reshape(10, 10)
    values[0, 0] = np.nan
    seen = np.asarray(eight_bits(Image.fromarray(values)))
    assert seen.shape == (10, 10, 3) and seen[9, 9, 0] == 255


def test_a_picture_of_one_value_is_shown() -> None:
    assert eight_bits(Image.fromarray(np.full((4, 4), 513, dtype=np.uint16))).mode == "RGB"
    assert eight_bits(Image.new("L", (4, 4), 77)).getpixel((0, 0)) == (77, 77, 77)
