"""The picture that a sample names, ready for Validate to show with the objects found in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import FinetopError
from engine.pictures.graphics import Graphics
from tui.theme import Palette

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.widget import Widget

LARGEST = 1024
"""Pixels of the longer side that are kept: more than any terminal has cells."""


@dataclass(frozen=True)
class Pictured:
    """A picture, and by how much it is smaller than the file."""

    picture: Image
    scale: float


def pictured(sample: Mapping[str, Any]) -> Pictured | None:
    """The sample's picture; None where it cannot be opened here: the model has read it, so the table is good."""
    from engine.pictures.boxes import open_picture

    try:
        picture = open_picture(str(sample["image"]))
    except FinetopError:
        return None
    width = picture.width
    picture.thumbnail((LARGEST, LARGEST))
    return Pictured(picture, picture.width / width)


def show_in(
    place: Widget,
    shown: Pictured,
    prediction: Mapping[str, Any],
    labels: Sequence[str],
    palette: Palette,
    graphics: Graphics,
) -> None:
    """Put it there, with boxes in the colours that their labels have in the text."""
    from engine.pictures.objects import marks_of
    from tui.widgets.picture import Picture, colours_of

    if not place.query(Picture):
        place.mount(Picture(graphics, id="picture"))
    marks = marks_of(prediction.get("objects", []), labels, colours=colours_of(palette), scale=shown.scale)
    place.query_one(Picture).show(shown.picture, marks)
