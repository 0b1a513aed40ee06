"""Kitty's graphics protocol, read back."""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.cells import cell_len, get_character_cell_size

from engine.pictures import kitty

_CODE = re.compile(r"\x1b_G([^;\x1b]*)(?:;([A-Za-z0-9+/=]*))?\x1b\\")


def codes(text: str) -> list[tuple[dict[str, str], str]]:
    """The codes of a text that is nothing else, as control data and payload."""
    assert _CODE.sub("", text) == ""
    return [(dict(pair.split("=") for pair in match[1].split(",")), match[2] or "") for match in _CODE.finditer(text)]


def picture_of(parts: Iterable[tuple[dict[str, str], str]]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode("".join(payload for _, payload in parts), validate=True)))


def pixels(picture: Image.Image) -> Any:
    return np.asarray(picture.convert("RGB")).astype(int)


@pytest.fixture
def flags() -> Image.Image:
    """Few colours: the palette loses nothing."""
    picture = Image.new("RGB", (61, 47), "#102030")
    picture.paste("#ff8000", (5, 5, 40, 9))
    picture.paste("#00d7af", (30, 0, 33, 47))
    return picture


@pytest.fixture
def noise() -> Image.Image:
    """As many bytes as a picture can have."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8))


def test_the_pixels_arrive(flags: Image.Image) -> None:
    parts = codes(kitty.direct(flags, 6, 3))
    assert (pixels(picture_of(parts)) == pixels(flags)).all()


def test_it_is_shown_at_the_cursor_which_stays(flags: Image.Image) -> None:
    ((control, _),) = codes(kitty.direct(flags, 6, 3))
    assert control == {"a": "T", "f": "100", "q": "2", "C": "1", "c": "6", "r": "3", "m": "0"}


def test_chunks_are_as_the_protocol_wants_them(noise: Image.Image) -> None:
    parts = codes(kitty.direct(noise, 16, 6))
    assert len(parts) > 3
    assert all(len(payload) <= 4096 for _, payload in parts)
    assert all(len(payload) % 4 == 0 for _, payload in parts[:-1])
    assert [control["m"] for control, _ in parts] == ["1"] * (len(parts) - 1) + ["0"]
    assert all(set(control) == {"m", "q"} for control, _ in parts[1:])
    assert picture_of(parts).size == noise.size


def test_the_terminal_never_answers_into_the_keyboard(noise: Image.Image) -> None:
    said = [kitty.direct(noise, 9, 5), *kitty.stored(noise, 7, 9, 5), kitty.placed(7, 4, 2), kitty.deleted(7)]
    assert {control["q"] for text in said for control, _ in codes(text)} == {"2"}


def test_a_picture_for_placeholders_is_stored_moved_and_deleted(flags: Image.Image) -> None:
    ((control, _),) = codes("".join(kitty.stored(flags, 0x00FFFF, 6, 3)))
    wanted = {"a": "T", "U": "1", "i": "65535", "p": "1", "c": "6", "r": "3"}
    assert control.items() >= wanted.items()
    ((control, payload),) = codes(kitty.placed(65535, 4, 2))
    assert control == wanted | {"a": "p", "c": "4", "r": "2", "q": "2"} and payload == ""
    assert codes(kitty.deleted(65535)) == [({"a": "d", "d": "I", "q": "2", "i": "65535"}, "")]


def test_each_placeholder_names_its_row_and_column() -> None:
    cells = kitty.placeholders(2, 5)
    assert [cell[0] for cell in cells] == [kitty.PLACEHOLDER] * 5
    assert [(kitty.MARKS.index(cell[1]), kitty.MARKS.index(cell[2])) for cell in cells] == [(2, x) for x in range(5)]
    assert cell_len("".join(cells)) == 5
    assert kitty.placeholders(0, 1, high=9)[0][3] == kitty.MARKS[9]


def test_the_marks_are_those_of_the_protocol() -> None:
    # Its rule: Unicode 6.0, above the letter, not itself composed, and never composed with a letter before it.
    composed = {
        0x300,
        0x301,
        0x302,
        0x303,
        0x304,
        *range(0x306, 0x30D),
        0x30F,
        0x311,
        0x313,
        0x314,
        0x342,
        0x653,
        0x654,
    }
    marks = [
        chr(point)
        for point in set(range(0x300, 0x20000)) - composed
        if unicodedata.combining(chr(point)) == 230
        and unicodedata.category(chr(point)) == "Mn"
        and unicodedata.bidirectional(chr(point)) == "NSM"
        and not unicodedata.decomposition(chr(point))
        and get_character_cell_size(chr(point), "6.0.0") == 0
    ]
    assert list(kitty.MARKS) == sorted(marks) and len(kitty.MARKS) == 297


def test_tmux_hands_on_what_is_wrapped_for_it() -> None:
    wrapped = kitty.through_tmux(kitty.deleted(5))
    inside = re.fullmatch(r"\x1bPtmux;(.*)\x1b\\", wrapped, re.DOTALL)
    assert inside is not None and inside[1].replace("\x1b\x1b", "\x1b") == kitty.deleted(5)
