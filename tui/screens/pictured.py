"""The pictures of an answer, ready for Validate: the one in question, what was found in it, what is nearest to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import FinetopError
from engine.pictures.graphics import Graphics
from tui.screens.verdicts import file_name, label_role, similarity_pieces
from tui.theme import BOLD, Palette, Role
from tui.widgets.cells import Line

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.widget import Widget

    from engine.workspace import Workspace
    from tui.widgets.gallery import Tile

LARGEST = 1024
"""Pixels of the longer side that are kept: more than any terminal has cells."""
SMALL = 480
"""The same for pictures that share the width."""
FIRST_SLOT = 1
SIMILARITY_WIDTH = 6

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pictured:
    """A picture, by how much it is smaller than the file, and those of the nearest references."""

    picture: Image
    scale: float
    references: tuple[Image | None, ...] = ()
    """None where the file is not to be had."""


def pictured(sample: Row, prediction: Row, references: Path | None = None) -> Pictured | None:
    """The sample's picture, with those of its neighbours below a dataset's directory; None where it cannot be opened
    here: the model has read it, so the words are good."""
    opened = _opened(str(sample["image"]), SMALL if "label" in prediction else LARGEST)
    if opened is None:
        return None
    nearest = prediction.get("neighbours", [])
    return Pictured(*opened, tuple(_reference(references, str(near.get("image", ""))) for near in nearest))


def dataset_of(directory: Path, workspace: Workspace) -> Path | None:
    """Where the pictures lie that the model of a run, or of a version, was trained on."""
    from engine.trained import trained_at

    try:
        dataset = trained_at(directory).dataset
    except FinetopError:
        return None
    return workspace.datasets / dataset if dataset else None


def show_in(
    place: Widget,
    shown: Pictured,
    prediction: Row,
    labels: Sequence[str],
    palette: Palette,
    graphics: Graphics,
) -> None:
    """Put it there: beside its nearest references, or with boxes in the colours of their labels in the text."""
    if "label" in prediction:
        from tui.widgets.gallery import Gallery

        if not place.query(Gallery):
            place.mount(Gallery(graphics, first_slot=FIRST_SLOT, id="gallery"))
        place.query_one(Gallery).show(tiles_of(shown, prediction, labels))
        return
    from engine.pictures.objects import marks_of
    from tui.widgets.picture import Picture, colours_of

    if not place.query("#picture"):
        place.mount(Picture(graphics, id="picture"))
    marks = marks_of(prediction.get("objects", []), labels, colours=colours_of(palette), scale=shown.scale)
    place.query_one("#picture", Picture).show(shown.picture, marks)


def tiles_of(shown: Pictured, prediction: Row, labels: Sequence[str]) -> list[Tile]:
    """The picture in question, then each neighbour with its label and similarity."""
    from tui.widgets.gallery import Tile

    nearest = prediction.get("neighbours", [])
    asked: tuple[Line, ...] = ((("this picture", Role.TITLE | BOLD),),)
    tiles = [Tile(shown.picture, "", asked)]
    for picture, near in zip(shown.references, nearest, strict=True):
        label = str(near["label"])
        words: tuple[Line, ...] = (
            ((label, label_role(label, labels) | BOLD),),
            similarity_pieces(near, SIMILARITY_WIDTH),
        )
        tiles.append(Tile(picture, file_name(near), words))
    return tiles


def _opened(source: str | Path, largest: int) -> tuple[Image, float] | None:
    from engine.pictures.boxes import open_picture

    try:
        picture = open_picture(source)
    except FinetopError:
        return None
    width = picture.width
    picture.thumbnail((largest, largest))
    return picture, picture.width / width


def _reference(dataset: Path | None, image: str) -> Image | None:
    from engine.labelled_pictures import problem_with_path

    if dataset is None or problem_with_path(image):
        return None
    opened = _opened(dataset / image, SMALL)
    return opened[0] if opened is not None else None
