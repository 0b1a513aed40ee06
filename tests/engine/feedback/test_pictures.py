"""What is received is decoded before it is believed."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from engine.errors import DataError
from engine.feedback.pictures import decode

from .sent import picture

MANY = 1_000_000


def refusal(data: bytes, max_pixels: int = MANY) -> str:
    with pytest.raises(DataError) as refused:
        decode(data, max_pixels)
    return str(refused.value)


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is large."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\x08IDAT"
        + b"\0" * 12
    )


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg")])
def test_png_and_jpeg_are_kept_as_they_are(kind: str, suffix: str) -> None:
    data = picture((64, 48), kind)
    found = decode(data, MANY)
    assert (found.content, found.width, found.height) == (data, 64, 48)
    assert found.name.endswith(suffix)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the image is empty; send it again"),
        (b"<html>log in</html>", "is neither a PNG nor a JPEG"),
        (picture(kind="GIF"), "is neither a PNG nor a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is neither a PNG nor a JPEG"),
        (picture()[:-30], "the image is damaged"),
        (picture((400, 300), "JPEG")[:700], "the image is damaged"),
        (picture()[:60] + b"\xff" + picture()[61:], "the image is damaged"),
        (claiming(2000, 1000), "the image has 2000 x 1000 pixels, more than the 1 megapixels that are read"),
        (claiming(100_000, 100_000), "the image has too many pixels"),
        (claiming(0, 10), "the image"),
    ],
    ids=["empty", "html", "gif", "svg", "short png", "short jpeg", "flipped", "large", "bomb", "no width"],
)
def test_what_is_no_usable_image_is_told(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data)


def test_a_picture_taken_with_the_camera_turned_is_stored_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = decode(picture((64, 48), "JPEG", exif=exif), MANY)
    assert (found.width, found.height) == (48, 64)
    assert Image.open(io.BytesIO(found.content)).size == (48, 64)
