"""`engine predict --show`: boxes on the picture in the terminal, and as a table."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.cli.output import print_table, say
from engine.errors import FinetopError
from engine.pictures.graphics import Graphics, Terminal, for_output, worth_asking
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


def room_for_pictures() -> tuple[int, int]:
    """Columns and rows that a picture may take here."""
    columns, rows = shutil.get_terminal_size(USUAL_ROOM)
    return columns, max(4, min(MOST_ROWS, rows - 4))


def _has_colours() -> bool:
    from rich.console import Console

    return Console().color_system in ("256", "truecolor", "windows")


def _print_picture(source: str, objects: Sequence[Row], labels: Sequence[str], graphics: Graphics) -> None:
    from engine.pictures.beside import code_of
    from engine.pictures.boxes import open_picture
    from engine.pictures.objects import marks_of

    try:
        picture = open_picture(source)
    except FinetopError as problem:
        # The model has read it, so the table is good.
        say(f"the picture is not shown: {problem}")
        return
    marks = marks_of(objects, labels)
    room = room_for_pictures()
    if graphics is Graphics.BLOCKS:
        _print_blocks(picture, marks, room)
    else:
        sys.stdout.write(code_of([(picture, marks)], room, graphics))
        sys.stdout.flush()


def _print_blocks(picture: Image, marks: Sequence[Mark], room: tuple[int, int]) -> None:
    from rich.console import Console
    from rich.segment import Segment, Segments

    from engine.pictures.half_blocks import draw_cells

    cells = draw_cells(picture, marks, *room)
    console = Console(force_terminal=True, highlight=False, width=room[0])
    console.print(Segments([piece for y in range(len(cells.rows)) for piece in (*cells.segments(y), Segment.line())]))
