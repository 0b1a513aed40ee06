"""Boxes drawn on pictures."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import DataError, InputError
from engine.pictures.boxes import FALSE, MISSED, Mark, as_jpeg, colour_of, draw, open_picture


def test_a_small_picture_is_enlarged_and_the_box_lies_round_the_thing() -> None:
    thing = Image.new("RGB", (128, 96), "#000000")
    thing.paste("#ffffff", (40, 30, 80, 33))
    drawn = draw(thing, [Mark((40, 30, 80, 33), "missed crossarm", MISSED)])
    assert drawn.size == (640, 480)
    # All of the thing is still to be seen, with the line just outside of it.
    assert {drawn.getpixel((x, y)) for x in range(202, 398, 7) for y in range(151, 164)} == {(255, 255, 255)}
    assert drawn.getpixel((300, 149)) == (0xD5, 0x5E, 0x00)


def test_a_large_picture_is_made_smaller_and_its_boxes_with_it() -> None:
    drawn = draw(Image.new("RGB", (2560, 1280)), [Mark((1000, 500, 2000, 1000), "", FALSE, dashed=True)])
    assert drawn.size == (1280, 640)
    assert drawn.getpixel((500, 250 - 2)) == (0xF0, 0xE4, 0x42)
    assert as_jpeg(drawn).startswith(b"\xff\xd8")


def test_a_box_at_the_border_keeps_its_label_in_the_picture() -> None:
    drawn = draw(Image.new("RGB", (640, 640)), [Mark((600, 0, 640, 640), "a long label at the border", MISSED)])
    assert drawn.crop((400, 0, 640, 640)).getbbox() is not None


def test_a_label_keeps_its_colour() -> None:
    assert colour_of("pole", ["crossarm", "pole"]) == colour_of("pole", ["crossarm", "pole", "z"])
    assert colour_of("crossarm", ["crossarm", "pole"]) != colour_of("pole", ["crossarm", "pole"])


def test_a_picture_is_read_from_a_file_and_from_a_data_url(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("L", (3, 2), 200).save(file, "PNG")
    (tmp_path / "a.png").write_bytes(file.getvalue())
    for source in (tmp_path / "a.png", "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()):
        picture = open_picture(source)
        assert (picture.size, picture.mode) == ((3, 2), "RGB")


def test_what_is_no_picture_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    with pytest.raises(DataError, match=r"torn.png: not a picture that can be read .*; use a sound PNG or JPEG"):
        open_picture(tmp_path / "torn.png")
    with pytest.raises(InputError, match="there is no such picture"):
        open_picture(tmp_path / "absent.png")
    with pytest.raises(DataError, match="the data URL: not a picture"):
        open_picture("data:image/png;base64,!!!")
