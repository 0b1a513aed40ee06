"""Pictures side by side in a terminal that commands print to: how many fit, and what shows them."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.pictures.graphics import Graphics, fit, in_tmux

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich.segment import Segment

    from engine.pictures.boxes import Mark

MOST = 6
COLUMNS = 16
"""Of a picture: with half as many pixels a face is nobody's."""
LEAST_COLUMNS, FEW = 12, 3
"""For a few of them less will do: one other picture alone compares badly."""
GAP = 1

Place = tuple[int, int]
"""Columns and rows."""


def tiles_that_fit(count: int, columns: int) -> tuple[int, int]:
    """How many of some pictures stand side by side, and on how many columns each. Pure."""
    well, narrowly = ((columns + GAP) // (each + GAP) for each in (COLUMNS, LEAST_COLUMNS))
    shown = max(1, min(count, MOST, max(well, min(FEW, narrowly))))
    return shown, max(1, (columns + GAP) // shown - GAP)


def code_of(pictures: Sequence[tuple[Image, Sequence[Mark]] | None], room: Place, graphics: Graphics) -> str:
    """What shows pictures with boxes in true pixels from the start of this line on, each in a room of this size, and
    leaves the cursor below them. The room of one that is None stays empty."""
    from engine.pictures import kitty
    from engine.pictures.boxes import colours_in, draw
    from engine.pictures.palette import in_few_colours
    from engine.pictures.sixel import COLOURS as SIXEL_COLOURS
    from engine.pictures.sixel import sixel
    from engine.pictures.terminal import cell_size

    cell, most = cell_size(), SIXEL_COLOURS if graphics is Graphics.SIXEL else kitty.COLOURS
    drawn: list[tuple[int, Image, Place]] = []
    for at, each in enumerate(pictures):
        if each is not None:
            picture, marks = each
            place = fit(picture.size, room, cell)
            sized = draw(picture, marks, (place[0] * cell[0], place[1] * cell[1]))
            drawn.append((at * (room[0] + GAP), in_few_colours(sized, most, colours_in(marks)), place))
    rows = max((place[1] for _, _, place in drawn), default=0)
    if graphics is not Graphics.SIXEL and in_tmux(os.environ):
        return _on_placeholders(drawn, rows)
    codes = [
        (column, sixel(image) if graphics is Graphics.SIXEL else kitty.direct(image, *place))
        for column, image, place in drawn
    ]
    return _in_place(codes, rows)


def block_lines(pictures: Sequence[Image | None], room: Place) -> list[list[Segment]]:
    """The same in half blocks: lines of segments."""
    from rich.segment import Segment

    from engine.pictures.half_blocks import draw_cells

    cells = [draw_cells(picture, (), *room) if picture is not None else None for picture in pictures]
    lines = []
    for y in range(max((len(each.rows) for each in cells if each is not None), default=0)):
        line: list[Segment] = []
        for each in cells:
            segments = list(each.segments(y)) if each is not None and y < len(each.rows) else []
            line += [*segments, Segment(" " * (room[0] + GAP - sum(len(one.text) for one in segments)))]
        lines.append(line)
    return lines


def _in_place(codes: Sequence[tuple[int, str]], rows: int) -> str:
    """Makes room first: a picture at the foot of the screen scrolls differently in each terminal."""
    steps = ((f"\x1b[{column}C" if column else "", code) for column, code in codes)
    placed = "".join(f"\x1b7{step}{code}\x1b8" for step, code in steps)
    return "\n" * (rows + 1) + f"\x1b[{rows + 1}A{placed}\x1b[{rows}B"


def _on_placeholders(drawn: Sequence[tuple[int, Image, Place]], rows: int) -> str:
    # tmux owns the cells, so the pictures must be text to it. Colours of the palette go through any tmux as
    # they are; the ids are drawn by lot, for pictures printed before are still to be seen further up.
    from engine.pictures import kitty

    sent, lines, ends = "", [""] * rows, [0] * rows
    lows = random.sample(range(16, 256), len(drawn))
    for low, (column, image, (columns, high_rows)) in zip(lows, drawn, strict=True):
        high = random.randrange(1, 256)
        sent += "".join(
            kitty.through_tmux(code) for code in kitty.stored(image, high << 24 | low, columns, high_rows)
        )
        for y in range(high_rows):
            text = "".join(kitty.placeholders(y, columns, high))
            lines[y] += " " * (column - ends[y]) + f"\x1b[38;5;{low}m{text}\x1b[39m"
            ends[y] = column + columns
    return sent + "".join(f"{line}\n" for line in lines)
