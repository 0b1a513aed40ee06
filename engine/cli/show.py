"""`engine predict --show`: boxes on the picture in the terminal, and as a table."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.cli.output import print_table, say
from engine.errors import FinetopError
from engine.pictures.graphics import Graphics, Terminal, fit, for_output, in_tmux, worth_asking
from engine.pictures.objects import table_of
from engine.tasks.contract import Row

if TYPE_CHECKING:
    from PIL.Image import Image

    from engine.pictures.boxes import Mark

MOST_ROWS = 40
"""Of a picture, where the terminal has them."""
USUAL_ROOM = (100, 30)
"""Columns and rows, where the terminal does not say."""


def show_objects(samples: Sequence[Row], predictions: Sequence[Row], *, graphics: Graphics) -> None:
    """Each picture with its boxes where there is a way to show it, and the objects as a table everywhere."""
    labels = sorted({str(thing["label"]) for made in predictions for thing in made["objects"]})
    for sample, made in zip(samples, predictions, strict=True):
        name = str(sample["image"])
        print(name if len(name) <= 200 else f"{name[:40]} …")
        if graphics is not Graphics.NONE:
            _print_picture(name, made["objects"], labels, graphics)
        if made["objects"]:
            print_table(*table_of(made["objects"]))
        else:
            print("nothing found")
        print()


def graphics_for_stdout(wanted: Graphics | None = None) -> Graphics:
    """How pictures are printed here. The terminal is asked only where its answer counts."""
    if wanted is not None:
        return wanted
    terminal = Terminal(dict(os.environ), is_terminal=sys.stdout.isatty(), colours=_has_colours())
    if worth_asking(terminal):
        from engine.pictures.terminal import ask

        terminal = Terminal(terminal.environment, terminal.is_terminal, terminal.colours, ask())
    return for_output(terminal)


def _has_colours() -> bool:
    from rich.console import Console

    return Console().color_system in ("256", "truecolor", "windows")


def _print_picture(source: str, objects: Sequence[Row], labels: Sequence[str], graphics: Graphics) -> None:
    from engine.pictures.boxes import open_picture
    from engine.pictures.objects import marks_of

    try:
        picture = open_picture(source)
    except FinetopError as problem:
        # The model has read it, so the table is good.
        say(f"the picture is not shown: {problem}")
        return
    marks = marks_of(objects, labels)
    columns, rows = shutil.get_terminal_size(USUAL_ROOM)
    room = (columns, max(4, min(MOST_ROWS, rows - 4)))
    if graphics is Graphics.BLOCKS:
        _print_blocks(picture, marks, room)
    else:
        sys.stdout.write(picture_code(picture, marks, room, graphics))
        sys.stdout.flush()


def picture_code(picture: Image, marks: Sequence[Mark], room: tuple[int, int], graphics: Graphics) -> str:
    """What shows it in true pixels from the start of this line on, and leaves the cursor below it."""
    from engine.pictures import kitty
    from engine.pictures.boxes import colours_in, draw
    from engine.pictures.palette import in_few_colours
    from engine.pictures.sixel import COLOURS as SIXEL_COLOURS
    from engine.pictures.sixel import sixel
    from engine.pictures.terminal import cell_size

    cell = cell_size()
    columns, rows = fit(picture.size, room, cell)
    drawn = draw(picture, marks, (columns * cell[0], rows * cell[1]))
    most = SIXEL_COLOURS if graphics is Graphics.SIXEL else kitty.COLOURS
    drawn = in_few_colours(drawn, most, colours_in(marks))
    if graphics is Graphics.SIXEL:
        return _in_place(sixel(drawn), rows)
    if not in_tmux(os.environ):
        return _in_place(kitty.direct(drawn, columns, rows), rows)
    # tmux owns the cells, so the picture must be text to it. Colours of the palette go through any tmux as
    # they are; the ids are drawn by lot, for pictures printed before are still to be seen further up.
    low, high = random.randrange(16, 256), random.randrange(1, 256)
    sent = "".join(kitty.through_tmux(code) for code in kitty.stored(drawn, high << 24 | low, columns, rows))
    lines = ["".join(kitty.placeholders(y, columns, high)) for y in range(rows)]
    return sent + "".join(f"\x1b[38;5;{low}m{line}\x1b[39m\n" for line in lines)


def _in_place(code: str, rows: int) -> str:
    """Makes room first: a picture at the foot of the screen scrolls differently in each terminal."""
    return "\n" * (rows + 1) + f"\x1b[{rows + 1}A\x1b7{code}\x1b8\x1b[{rows}B"


def _print_blocks(picture: Image, marks: Sequence[Mark], room: tuple[int, int]) -> None:
    from rich.console import Console
    from rich.segment import Segment, Segments

    from engine.pictures.half_blocks import draw_cells

    cells = draw_cells(picture, marks, *room)
    console = Console(force_terminal=True, highlight=False, width=room[0])
    console.print(Segments([piece for y in range(len(cells.rows)) for piece in (*cells.segments(y), Segment.line())]))
