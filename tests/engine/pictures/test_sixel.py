"""Sixel, read back by a decoder of our own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.pictures.sixel import COLOURS, sixel

_TOKEN = re.compile(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])")


def decoded(text: str) -> Any:
    """Rows of pixels; -1 where none was drawn. Anything that is not sixel fails."""
    start = re.match(r'\x1bP0;1q"1;1;(\d+);(\d+)', text)
    assert start and text.endswith("\x1b\\")
    width, height = int(start[1]), int(start[2])
    screen = np.full((height, width, 3), -1)
    colours: dict[int, tuple[int, ...]] = {}
    x = top = now = 0
    body, at = text[start.end() : -2], 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        assert token, body[at : at + 20]
        at = token.end()
        number, *percents = token.group(1, 2, 3, 4)
        if number is not None:
            now = int(number)
            if percents[0] is not None:
                colours[now] = tuple(round(int(value) * 255 / 100) for value in percents)
        elif token[8] == "$":
            x = 0
        elif token[8] == "-":
            x, top = 0, top + 6
        else:
            bits, count = ord(token[6] or token[7]) - 63, int(token[5] or 1)
            for down in range(6):
                if bits >> down & 1:
                    assert top + down < height and x + count <= width
                    screen[top + down, x : x + count] = colours[now]
            x += count
    return screen


def test_the_pixels_arrive() -> None:
    picture = Image.new("RGB", (37, 20), "#336699")
    picture.paste("#ff0000", (3, 2, 30, 5))
    picture.paste("#00ff00", (10, 0, 11, 20))
    picture.putpixel((36, 19), (255, 255, 255))
    assert (decoded(sixel(picture)) == np.asarray(picture)).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (7, 7), (6, 1), (40, 13)])
def test_every_pixel_is_drawn_and_none_outside(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    shown = decoded(sixel(Image.fromarray(noise)))
    assert shown.shape == noise.shape and (shown >= 0).all()


def test_a_photograph_keeps_its_colours_nearly() -> None:
    across, down = np.meshgrid(np.linspace(0, 255, 120), np.linspace(0, 255, 90))
    picture = np.stack([across, down, 255 - across], 2).astype(np.uint8)
    code = sixel(Image.fromarray(picture))
    assert np.abs(decoded(code) - picture).mean() < 8
    assert len(re.findall(r"#\d+;2;", code)) <= COLOURS


def test_runs_are_counted_and_empty_ends_left_out() -> None:
    picture = Image.new("RGB", (100, 6), "#000000")
    picture.paste("#ffffff", (0, 0, 10, 6))
    body = sixel(picture).partition("6#")[2]
    assert "!10~" in body and "!10?!90~" in body and not re.search(r"\?+[$\x1b]", body)
    assert len(sixel(Image.new("RGB", (800, 600)))) < 1000
