"""The objects of a prediction, for people. Plain rows in, marks and tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.pictures.boxes import COLOURS, Mark, colour_of

Object = Mapping[str, Any]


def marks_of(
    objects: Sequence[Object], labels: Sequence[str], *, colours: Sequence[str] = COLOURS, scale: float = 1.0
) -> list[Mark]:
    """A box in the colour of its label, with label and confidence; `scale` is that of the picture to its file."""
    marks = []
    for thing in objects:
        x0, y0, x1, y1 = (float(value) * scale for value in thing["box"])
        marks.append(Mark((x0, y0, x1, y1), named(thing), colour_of(str(thing["label"]), labels, colours)))
    return marks


def named(thing: Object) -> str:
    """`crossarm 0.83`."""
    confidence = thing.get("confidence")
    return str(thing["label"]) if confidence is None else f"{thing['label']} {float(confidence):.2f}"


def table_of(objects: Sequence[Object]) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of a plain table."""
    columns = ["object", "confidence", "left", "top", "width", "height"]
    rows = []
    for thing in objects:
        x0, y0, x1, y1 = map(float, thing["box"])
        rows.append(
            [str(thing["label"]), thing.get("confidence"), round(x0), round(y0), round(x1 - x0), round(y1 - y0)]
        )
    return columns, rows
