"""A picture that is stored anew keeps every bit of its grey, its channels, and what is transparent."""

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.datasets.importers.pictures import UnusablePicture, read_picture

GREY = (np.arange(12 * 8, dtype=np.uint16).reshape(8, 12) * 601) % 65521


def stored(path: Path) -> np.ndarray[Any, Any]:
    """The pixels of the picture as the dataset would hold it."""
    content = read_picture(path).content
    with Image.open(io.BytesIO(content) if isinstance(content, bytes) else content) as image:
        return np.asarray(image)


def test_a_png_of_16_bits_is_kept_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(GREY).save(path)
    assert read_picture(path).content == path
    assert (stored(path) == GREY).all()


@pytest.mark.parametrize("name", ["x.tiff", "x.pgm"])
def test_grey_of_16_bits_stays_so(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.fromarray(GREY).save(path)
    assert stored(path).dtype == np.uint16
    assert (stored(path) == GREY).all()


def test_the_order_of_bytes_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.tiff"
    Image.frombytes("I;16B", (12, 8), GREY.byteswap().tobytes()).save(path)
    assert path.read_bytes().startswith(b"MM")
    assert (stored(path) == GREY).all()


def test_16_bits_are_turned_upright_whole(tmp_path: Path) -> None:
    path, exif = tmp_path / "x.png", Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY).save(path, exif=exif)
    picture = read_picture(path)
    assert (picture.width, picture.height) == (8, 12)
    assert (stored(path) == np.rot90(GREY, -1)).all()


def test_grey_of_8_bits_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "x.pgm"
    Image.fromarray(GREY.astype(np.uint8)).save(path)
    assert (stored(path) == GREY.astype(np.uint8)).all()


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_wide_numbers_that_16_bits_hold_are_kept(tmp_path: Path, kind: type) -> None:
    path = tmp_path / "x.tiff"
    Image.fromarray(GREY.astype(kind)).save(path)
    assert (stored(path) == GREY).all()


@pytest.mark.parametrize(
    ("pixels", "says"),
    [
        (GREY.astype(np.int32) * 100, "the grey values run from 0 to"),
        (GREY.astype(np.int32) - 5, "the grey values run from -5 to"),
        (GREY.astype(np.float32) / 3, "not whole numbers from 0 to 65535, as 16 bits hold them"),
        (np.where(GREY == 601, np.nan, GREY).astype(np.float32), "the grey values run from nan to nan"),
    ],
)
def test_values_that_16_bits_cannot_hold_are_not_bent(tmp_path: Path, pixels: Any, says: str) -> None:
    path = tmp_path / "x.tiff"
    Image.fromarray(pixels).save(path)
    with pytest.raises(UnusablePicture, match=says):
        read_picture(path)


@pytest.mark.parametrize(("mode", "name"), [("RGBA", "x.tiff"), ("RGBA", "x.webp"), ("LA", "x.tiff")])
def test_what_is_transparent_stays_so(tmp_path: Path, mode: str, name: str) -> None:
    pixels = np.random.default_rng(0).integers(1, 255, (8, 12, len(mode)), dtype=np.uint8)
    path = tmp_path / name
    Image.fromarray(pixels, mode).save(path, **({"lossless": True} if name.endswith("webp") else {}))
    assert (stored(path) == pixels).all()


def many_channels(channels: int) -> bytes:
    """A TIFF of 4 × 3 pixels with three colours and further channels, which Pillow does not write."""
    pixels = bytes(4 * 3 * channels)
    depths, extra = (
        struct.pack(f"<{channels}H", *[8] * channels),
        struct.pack(f"<{channels - 3}H", *[0] * (channels - 3)),
    )
    at = 8 + 2 + 12 * 11 + 4
    short = struct.unpack("<I", extra.ljust(4, b"\0")[:4])[0]
    entries = [
        (256, 4, 1, 4), (257, 4, 1, 3), (258, 3, channels, at), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 1, at + len(depths) + len(extra)), (277, 3, 1, channels), (278, 4, 1, 3), (279, 4, 1, len(pixels)),
        (284, 3, 1, 1), (338, 3, channels - 3, at + len(depths) if channels > 5 else short),
    ]  # fmt: skip
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + table + bytes(4) + depths + extra + pixels


@pytest.mark.parametrize("channels", [5, 6])
def test_channels_are_not_left_out_without_a_word(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "x.tiff"
    path.write_bytes(many_channels(channels))
    with pytest.raises(UnusablePicture, match=f"the TIFF has {channels} channels, of which 3 can be read"):
        read_picture(path)


def test_a_colour_picture_padded_to_four_channels_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.tiff"
    path.write_bytes(many_channels(4))
    assert stored(path).shape == (3, 4, 3)
