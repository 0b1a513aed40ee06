"""`engine predict --show` of models that put a label on a picture: beside its nearest references, with the answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.output import print_table, say
from engine.cli.show import room_for_pictures
from engine.errors import FinetopError
from engine.labelled_pictures import problem_with_path
from engine.pictures.beside import GAP, block_lines, code_of, tiles_that_fit
from engine.pictures.graphics import Graphics
from engine.tasks.contract import Row

if TYPE_CHECKING:
    from PIL.Image import Image


def show_labels(
    samples: Sequence[Row], predictions: Sequence[Row], *, references: Path | None, graphics: Graphics
) -> None:
    """Each picture with those of its neighbours (below the directory of their dataset) where there is a way to show
    them, and the answer in words everywhere."""
    for sample, made in zip(samples, predictions, strict=True):
        name = str(sample["image"])
        print(name if len(name) <= 200 else f"{name[:40]} …")
        neighbours = made.get("neighbours", [])
        if graphics is not Graphics.NONE:
            _print_pictures(name, neighbours, references, graphics)
        print(verdict(made))
        scores = sorted(made.get("scores", {}).items(), key=lambda each: -each[1])
        print_table(["label", "votes" if neighbours else "share"], [[label, share] for label, share in scores])
        if neighbours:
            rows = [[near["label"], near["similarity"], near["image"]] for near in neighbours]
            print()
            print_table(["nearest", "similarity", "image"], rows)
        print()


def verdict(made: Row) -> str:
    """`known: hot-spot, confidence 0.93 (calibrated)`."""
    known, label = made.get("known"), str(made["label"])
    said = label if known is None else f"known: {label}" if known else f"unknown, most like {label}"
    if made.get("confidence") is not None:
        said += f", confidence {made['confidence']:.2f}"
    if "calibrated" in made:
        said += " (calibrated)" if made["calibrated"] else " (heuristic)"
    return said


def _print_pictures(name: str, neighbours: Sequence[Row], references: Path | None, graphics: Graphics) -> None:
    pictures = [_opened(name, tell=True)]
    pictures += [_reference(references, str(near["image"])) for near in neighbours]
    if pictures[0] is None:
        return
    columns, rows = room_for_pictures()
    shown, width = tiles_that_fit(len(pictures), columns)
    # Half the height: references are looked at together with the words beneath.
    room = (width, max(4, rows // 2) if neighbours else rows)
    if graphics is Graphics.BLOCKS:
        from rich.console import Console
        from rich.segment import Segment, Segments

        lines = block_lines(pictures[:shown], room)
        console = Console(force_terminal=True, highlight=False, width=columns + GAP)
        console.print(Segments([piece for line in lines for piece in (*line, Segment.line())]))
    else:
        sys.stdout.write(
            code_of([(each, ()) if each is not None else None for each in pictures[:shown]], room, graphics)
        )
        sys.stdout.flush()
    if neighbours:
        captions = ["this picture", *(f"{near['similarity']:.3f} {near['label']}" for near in neighbours)]
        print((" " * GAP).join(f"{caption[:width]:<{width}}" for caption in captions[:shown]).rstrip())
        print()


def _reference(dataset: Path | None, image: str) -> Image | None:
    if dataset is None or problem_with_path(image):
        return None
    return _opened(dataset / image, tell=False)


def _opened(source: str | Path, *, tell: bool) -> Image | None:
    from engine.pictures.boxes import open_picture

    try:
        return open_picture(source)
    except FinetopError as problem:
        if tell:
            # The model has read it, so the words are good.
            say(f"the picture is not shown: {problem}")
        return None
