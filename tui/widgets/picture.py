"""A picture with boxes, in half blocks: as large as its place allows, drawn anew when that changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from engine.pictures.half_blocks import Cells, draw_cells, size_in_cells
from tui.theme import CURVES, Palette, curve_role

if TYPE_CHECKING:
    from PIL.Image import Image

    from engine.pictures.boxes import Mark

LEAST_ROWS = 6


class Picture(Widget):
    """Nothing until it is given a picture."""

    DEFAULT_CSS = "Picture { height: auto; margin: 0 0 1 0; }"
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._picture: Image | None = None
        self._marks: tuple[Mark, ...] = ()
        self._cells: Cells | None = None
        self._drawn_for: tuple[int, int] | None = None
        self.display = False

    def show(self, picture: Image | None, marks: Sequence[Mark] = ()) -> None:
        """Show this picture; none hides the widget."""
        self._picture, self._marks = picture, tuple(marks)
        self._cells = self._drawn_for = None
        self.display = picture is not None
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if self._picture is None:
            return 0
        # Half of the window is for the picture: the table of what was found stands below it.
        rows = max(LEAST_ROWS, viewport.height // 2)
        return size_in_cells(*self._picture.size, width, rows)[1]

    def render_line(self, y: int) -> Strip:
        place = (self.content_size.width, self.content_size.height)
        if self._picture is None or not all(place):
            return Strip.blank(place[0], self.rich_style)
        if self._cells is None or self._drawn_for != place:
            self._cells, self._drawn_for = draw_cells(self._picture, self._marks, *place), place
        if y >= len(self._cells.rows):
            return Strip.blank(place[0], self.rich_style)
        return Strip(list(self._cells.segments(y))).extend_cell_length(place[0], self.rich_style)


def can_show(palette: Palette, *, ascii_only: bool) -> bool:
    """Whether the terminal has the colours and the character that a picture is made of."""
    return not ascii_only and bool(colours_of(palette))


def colours_of(palette: Palette) -> tuple[str, ...]:
    """The curve colours in hexadecimal, so that a box has the colour of its label in the text; none where
    the palette leaves colours to the terminal."""
    colours = tuple(palette.styles.get(curve_role(at), "") for at in range(CURVES))
    return colours if all(colour.startswith("#") for colour in colours) else ()
