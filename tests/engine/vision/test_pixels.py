"""Pictures as numbers: bits, channels, orientation, and files that are no pictures."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import InputError
from engine.vision.pixels import inline, read_pixels, with_channels


def test_eight_and_sixteen_bits_are_the_same_scale(tmp_path: Path) -> None:
    values = np.array([[0, 128, 255]], dtype=np.uint8)
    Image.fromarray(values).save(tmp_path / "8.png")
    Image.fromarray(values.astype(np.uint16) * 257).save(tmp_path / "16.png")
    Image.fromarray(values.astype(np.uint16) * 257).save(tmp_path / "16.tif")
    eight = read_pixels(tmp_path / "8.png")
    assert eight.shape == (1, 3, 1)
    for name in ("16.png", "16.tif"):
        assert np.allclose(read_pixels(tmp_path / name), eight)


def test_sixteen_bits_keep_what_eight_cannot_say(tmp_path: Path) -> None:
    Image.fromarray(np.array([[1000, 1001]], dtype=np.uint16)).save(tmp_path / "warm.png")
    first, second = read_pixels(tmp_path / "warm.png")[0, :, 0]
    assert second > first


def test_a_picture_is_turned_as_it_was_held(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned to the right
    Image.fromarray(np.zeros((4, 8, 3), dtype=np.uint8)).save(tmp_path / "held.jpg", exif=exif)
    assert read_pixels(tmp_path / "held.jpg").shape == (8, 4, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_every_kind_of_colour_becomes_grey_or_rgb(mode: str, tmp_path: Path) -> None:
    path = tmp_path / ("x.tif" if mode == "CMYK" else "x.png")
    Image.new(mode, (5, 3)).save(path)
    assert read_pixels(path).shape == (3, 5, 1 if mode in {"1", "L", "LA"} else 3)


def test_temperatures_are_stretched(tmp_path: Path) -> None:
    Image.fromarray(np.array([[273.15, 300.0, 353.15]], dtype=np.float32)).save(tmp_path / "kelvin.tif")
    values = read_pixels(tmp_path / "kelvin.tif")[0, :, 0]
    assert values[0] == 0 and values[2] == 1 and 0.3 < values[1] < 0.4


@pytest.mark.parametrize("channels", [1, 3])
def test_a_data_url_carries_the_picture(channels: int) -> None:
    pixels = np.linspace(0, 1, 6 * channels, dtype=np.float32).reshape(2, 3, channels)
    tolerance = 1 / 65535 if channels == 1 else 1 / 255
    assert np.allclose(read_pixels(inline(pixels)), pixels, atol=tolerance)


def test_channels_are_brought_to_what_a_net_takes() -> None:
    grey, colour = np.full((2, 2, 1), 0.5, np.float32), np.full((2, 2, 3), 0.5, np.float32)
    assert with_channels(grey, 3).shape == (2, 2, 3)
    assert np.allclose(with_channels(colour, 1), grey)
    with pytest.raises(InputError, match="has 3 channels and the model takes 7"):
        with_channels(colour, 7)


def _png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "0 bytes"),
        (b"not a picture", "no kind that is known"),
        (_png()[:-30], "not a picture that can be read"),
        (b"%PDF-1.4 ", "no kind that is known"),
    ],
)
def test_a_file_that_is_no_picture_is_told(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_pixels(tmp_path / "x.png")


@pytest.mark.parametrize("source", ["/nowhere.png", "data:image/png;base64,%%%", "a\0b", "/"])
def test_a_source_that_cannot_be_read_is_told(source: str) -> None:
    with pytest.raises(InputError):
        read_pixels(source)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """400 megapixels in 45 bytes: what is decoded is not even there."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    chunks = [header, b"IDAT"]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    (tmp_path / "bomb.png").write_bytes(png)
    with pytest.raises(InputError, match=r"20000 x 20000 pixels|exceeds limit"):
        read_pixels(tmp_path / "bomb.png")
