"""The examples of a page that are pictures: one with its boxes, or several with their labels, in rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical

from engine.pictures.beside import tiles_that_fit
from engine.pictures.graphics import Graphics
from tui.data.example_view import facts_of
from tui.data.examples import Example
from tui.data.plain import plain
from tui.screens.verdicts import label_role
from tui.theme import BOLD, Role, palette_of
from tui.widgets.cells import Line
from tui.widgets.gallery import CAPTION_ROWS, Gallery, Tile
from tui.widgets.picture import Picture, colours_of

if TYPE_CHECKING:
    from PIL.Image import Image

A_ROW = 6
GALLERIES = 2
SLOTS = A_ROW * GALLERIES
TILE_ROWS = 10
"""Of a picture with its caption, about: so many rows of them fit."""


class ExamplePictures(Vertical):
    """Nothing until it is given pictures."""

    DEFAULT_CSS = """
    ExamplePictures { height: auto; }
    """

    def __init__(self, graphics: Graphics, *, ascii_only: bool, first_slot: int) -> None:
        """It takes `SLOTS` slots from the first on."""
        super().__init__()
        self._graphics, self._ascii_only, self._first_slot = graphics, ascii_only, first_slot

    def compose(self) -> ComposeResult:
        yield Picture(self._graphics, slot=self._first_slot, beneath=4, id="alone")
        for place in range(GALLERIES):
            yield Gallery(
                self._graphics,
                first_slot=self._first_slot + place * A_ROW,
                most=A_ROW,
                ascii_only=self._ascii_only,
            )

    def show_none(self) -> None:
        """Take them away."""
        picture = self.query_one("#alone", Picture)
        if picture.display:
            picture.show(None)
        for gallery in self.query(Gallery):
            if gallery.display:
                gallery.show([])

    def show(
        self,
        examples: Sequence[Example],
        pictures: Sequence[Image | None],
        labels: Sequence[str],
        width: int,
        height: int,
    ) -> int:
        """Show as many as there is room for; how many that are."""
        if examples and "objects" in examples[0].row:
            for gallery in self.query(Gallery):
                gallery.show([])
            self._show_boxes(examples[0].row, pictures[0], labels)
            return 1
        self.query_one("#alone", Picture).show(None)
        tiles = [
            tile_of(example, picture, labels, ascii_only=self._ascii_only)
            for example, picture in zip(examples, pictures, strict=True)
        ]
        across, _ = tiles_that_fit(A_ROW, width)
        rows = max(1, min(GALLERIES, height // (TILE_ROWS + CAPTION_ROWS)))
        for place, gallery in enumerate(self.query(Gallery)):
            part = tiles[place * across : (place + 1) * across] if place < rows else []
            gallery.show(part, among=min(across, len(tiles)))
        return min(len(tiles), across * rows)

    def _show_boxes(self, row: dict[str, Any], picture: Image | None, labels: Sequence[str]) -> None:
        from engine.pictures.objects import marks_of

        marks = []
        if picture is not None:
            whole = row.get("width")
            scale = picture.width / whole if isinstance(whole, int) and whole > 0 else 1.0
            marks = marks_of(row["objects"], labels, colours=colours_of(palette_of(self.app)), scale=scale)
        self.query_one("#alone", Picture).show(picture, marks)


def tile_of(example: Example, picture: Image | None, labels: Sequence[str], *, ascii_only: bool = False) -> Tile:
    """A picture with its label, and what else is known of it."""
    label = plain(str(example.row.get("label", "")))
    words: tuple[Line, ...] = (
        ((label, label_role(label, labels) | BOLD),),
        ((facts_of(example.row) or f"line {example.at.number:,}", Role.MUTED),),
    )
    return Tile(picture, plain(str(example.row.get("image", ""))), words, missing="cannot be shown")
