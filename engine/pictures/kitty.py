"""Kitty's graphics protocol: a picture is sent once as a PNG in base64, then placed on cells.

Two ways to place it. Directly at the cursor: the terminal then owns where it stands. Or on placeholders:
characters (U+10EEEE) whose marks name row and column and whose colour names the picture; those are text, so
whatever moves, covers or rewrites text (a console, tmux) does the same to the picture.
https://sw.kovidgoyal.net/kitty/graphics-protocol/
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.pictures.palette import in_few_colours

if TYPE_CHECKING:
    from PIL.Image import Image

CHUNK = 4096
"""Characters of base64 that one escape code may carry."""
COLOURS = 256
"""Of what is sent: a palette makes a third of the bytes of a photograph in full colour."""
PLACEHOLDER = "\U0010eeee"
_MARKS = (
    "305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 59c-5a1 "
    "5a8-5a9 5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec 730 732-733 "
    "735-736 73a 73d 73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951 953-954 "
    "f82-f83 f86-f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1 "
    "1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1 "
    "2de0-2dff a66f a67c-a67d a6f0-a6f1 a8e0-a8f1 aab0 aab2-aab3 aab7-aab8 aabe-aabf aac1 fe20-fe26 10a0f "
    "10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244 "
)
"""The code points that stand for 0, 1, 2 …: what of Unicode 6.0 stands above a letter and never melts into one.
Hexadecimal; a hyphen joins first and last."""
MARKS = tuple(
    chr(point)
    for first, _, last in (entry.partition("-") for entry in _MARKS.split())
    for point in range(int(first, 16), int(last or first, 16) + 1)
)
MOST_CELLS = len(MARKS)
"""Rows or columns of a picture on placeholders."""


def direct(picture: Image, columns: int, rows: int) -> str:
    """Shows the picture on so many cells from the cursor on, which stays where it is."""
    return "".join(_sent(picture, f"a=T,f=100,q=2,C=1,c={columns},r={rows}"))


def stored(picture: Image, id: int, columns: int, rows: int) -> Iterator[str]:
    """Escape codes that send the picture for placeholders of this colour on so many cells."""
    return _sent(picture, f"a=T,U=1,f=100,q=2,i={id},p=1,c={columns},r={rows}")


def placed(id: int, columns: int, rows: int) -> str:
    """The picture sent before on another number of cells: costs bytes of words, not of pixels."""
    return _code(f"a=p,U=1,q=2,i={id},p=1,c={columns},r={rows}")


def deleted(id: int) -> str:
    """Takes the picture away and frees what the terminal keeps of it."""
    return _code(f"a=d,d=I,q=2,i={id}")


def placeholders(y: int, columns: int, high: int = 0) -> list[str]:
    """The cells of a row. Each names its own place, so that any of them can be written alone.

    Their colour is the lower three bytes of the picture's id, in a palette of 256 the lowest; `high` is the highest.
    """
    return [PLACEHOLDER + MARKS[y] + MARKS[x] + (MARKS[high] if high else "") for x in range(columns)]


def through_tmux(code: str) -> str:
    """What makes tmux hand this to its terminal, where `allow-passthrough` is on."""
    return "\x1bPtmux;" + code.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def _sent(picture: Image, how: str) -> Iterator[str]:
    file = io.BytesIO()
    reduced = picture if picture.mode == "P" else in_few_colours(picture, COLOURS)
    reduced.save(file, "PNG", optimize=True)
    text = base64.standard_b64encode(file.getvalue()).decode()
    chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    for at, chunk in enumerate(chunks):
        more = f"m={int(at + 1 < len(chunks))}"
        # q=2 in each: an answer of the terminal would be read as keys.
        yield _code(f"{how},{more}" if at == 0 else f"{more},q=2", chunk)


def _code(control: str, payload: str = "") -> str:
    return f"\x1b_G{control};{payload}\x1b\\" if payload else f"\x1b_G{control}\x1b\\"
