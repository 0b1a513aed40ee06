"""A picture is looked at grey, small, upright and within limits."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.curation.reading import SIDE, Unreadable, read_grey

from .drawing import drawn, png


def saved(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(content)
    return path


def a_bomb() -> bytes:
    """A PNG that says it has 400 megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"no picture at all", "no kind"),
        (a_bomb(), "100 megapixels"),
        (png(drawn(0, 0))[:300], "truncated|damaged"),
    ],
    ids=["empty", "text", "bomb", "cut off"],
)
def test_what_cannot_be_looked_at_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_grey(saved(tmp_path, content))


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read_grey(tmp_path / "gone.png")


def test_sixteen_bits_keep_what_eight_would_lose(tmp_path: Path) -> None:
    thermal = (20_000 + drawn(0, 0).astype(np.uint16)).astype(np.uint16)
    grey, deep = read_grey(saved(tmp_path, png(thermal)))
    assert deep and np.allclose(grey * 65535, thermal, atol=0.5)


def test_a_large_picture_is_reduced_and_a_small_one_never_enlarged(tmp_path: Path) -> None:
    large, _ = read_grey(saved(tmp_path, png(np.zeros((300, 600, 3), dtype=np.uint8))))
    small, _ = read_grey(saved(tmp_path, png(np.full((10, 20), 255, dtype=np.uint8))))
    assert large.shape == (SIDE // 2, SIDE) and small.shape == (10, 20) and float(small.min()) == 1.0


def test_a_picture_is_upright(tmp_path: Path) -> None:
    held = Image.fromarray(np.zeros((20, 40), dtype=np.uint8))
    exif = held.getexif()
    exif[0x0112] = 6
    held.save(tmp_path / "held.jpg", exif=exif)
    assert read_grey(tmp_path / "held.jpg")[0].shape == (40, 20)
