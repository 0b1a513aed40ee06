"""`engine predict --show`: boxes on the picture in the terminal, and as a table."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

from engine.cli.output import print_table, say
from engine.errors import FinetopError
from engine.pictures.objects import table_of
from engine.tasks.contract import Row

MOST_ROWS = 40
"""Of a picture, where the terminal has them."""


def show_objects(samples: Sequence[Row], predictions: Sequence[Row], *, coloured: bool | None = None) -> None:
    """Each picture with its boxes where the terminal has colours, and the objects as a table everywhere."""
    if coloured is None:
        coloured = has_colours()
    labels = sorted({str(thing["label"]) for made in predictions for thing in made["objects"]})
    for sample, made in zip(samples, predictions, strict=True):
        name = str(sample["image"])
        print(name if len(name) <= 200 else f"{name[:40]} …")
        if coloured:
            _print_picture(name, made["objects"], labels)
        if made["objects"]:
            print_table(*table_of(made["objects"]))
        else:
            print("nothing found")
        print()


def has_colours() -> bool:
    """Whether stdout is a terminal with 256 colours or more, and nobody asked for none."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return False
    from rich.console import Console

    return Console().color_system in ("256", "truecolor", "windows")


def _print_picture(source: str, objects: Sequence[Row], labels: Sequence[str]) -> None:
    from rich.console import Console
    from rich.segment import Segment, Segments

    from engine.pictures.boxes import open_picture
    from engine.pictures.half_blocks import draw_cells
    from engine.pictures.objects import marks_of

    try:
        picture = open_picture(source)
    except FinetopError as problem:
        # The model has read it, so the table is good.
        say(f"the picture is not shown: {problem}")
        return
    columns, rows = shutil.get_terminal_size((100, 30))
    cells = draw_cells(picture, marks_of(objects, labels), columns, max(4, min(MOST_ROWS, rows - 4)))
    console = Console(force_terminal=True, highlight=False, width=columns)
    console.print(Segments([piece for y in range(len(cells.rows)) for piece in (*cells.segments(y), Segment.line())]))
