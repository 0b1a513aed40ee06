"""A picture with boxes, as large as its place allows: in half blocks, or in pixels where the terminal has them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import App
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from engine.pictures.graphics import Graphics, fit, in_tmux
from engine.pictures.half_blocks import Cells, draw_cells, size_in_cells
from tui.theme import CURVES, Palette, curve_role
from tui.thrift import ThriftyApp
from tui.widgets.pixels import Name, Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

    from engine.pictures.boxes import Mark

LEAST_ROWS = 6


class Picture(Widget):
    """Nothing until it is given a picture."""

    DEFAULT_CSS = "Picture { height: auto; margin: 0 0 1 0; }"
    ALLOW_SELECT = False
    """A selection changes the colour of cells, and with it the picture that they name."""
    can_focus = False

    def __init__(
        self, graphics: Graphics = Graphics.BLOCKS, *, slot: int = 0, beneath: int = 0, id: str | None = None
    ) -> None:
        """Pictures that are seen at once need slots of their own; `beneath` are rows that are wanted below it."""
        super().__init__(id=id)
        self._graphics, self._slot, self._beneath = graphics, slot, beneath
        self._picture: Image | None = None
        self._marks: tuple[Mark, ...] = ()
        self._cells: Cells | None = None
        self._drawn_for: tuple[int, int] | None = None
        self._pixels: Pixels | None = None
        self._sent: Image | None = None
        """What was given to the terminal, or is on its way there."""
        self.display = False

    def on_mount(self) -> None:
        app = self.app
        if self._graphics is Graphics.KITTY and isinstance(app, ThriftyApp):
            all_colours = app.console.color_system == "truecolor"
            self._pixels = Pixels(app.send, all_colours=all_colours, tmux=in_tmux(os.environ), slot=self._slot)
            # Coming back from a suspension the terminal starts on an empty screen, without pictures.
            app.app_resume_signal.subscribe(self, self._send_again)

    def on_unmount(self) -> None:
        if self._pixels is not None:
            self._pixels.take_away()

    def show(self, picture: Image | None, marks: Sequence[Mark] = ()) -> None:
        """Show this picture; none hides the widget."""
        self._picture, self._marks = picture, tuple(marks)
        self._cells = self._drawn_for = None
        self.display = picture is not None
        if self._pixels is not None and picture is None:
            self._pixels.take_away()
            self._sent = None
        self.refresh(layout=True)
        self.call_after_refresh(self._settle)

    def on_resize(self) -> None:
        self._settle()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.place_in(width, viewport.height)[1]

    def place_in(self, columns: int, window_rows: int) -> tuple[int, int]:
        """Columns and rows that it takes of so many columns in a window of so many rows."""
        if self._picture is None:
            return 0, 0
        # Half of the window is for the picture: the table of what was found stands below it.
        rows = max(LEAST_ROWS, window_rows // 2 - self._beneath)
        if self._pixels is not None:
            return fit(self._picture.size, (columns, rows), _cell())
        return size_in_cells(*self._picture.size, columns, rows)

    def render_line(self, y: int) -> Strip:
        place = (self.content_size.width, self.content_size.height)
        if self._picture is None or not all(place):
            return Strip.blank(place[0], self.rich_style)
        if self._pixels is not None:
            segments = self._pixels.segments(y, self.rich_style)
            return Strip(segments, len(segments)).adjust_cell_length(place[0], self.rich_style)
        if self._cells is None or self._drawn_for != place:
            self._cells, self._drawn_for = draw_cells(self._picture, self._marks, *place), place
        if y >= len(self._cells.rows):
            return Strip.blank(place[0], self.rich_style)
        return Strip(list(self._cells.segments(y))).extend_cell_length(place[0], self.rich_style)

    # -- pixels

    def _settle(self) -> None:
        """Now that the place is known: give the terminal the pixels, or the new size of what it has."""
        picture, room = self._picture, (self.content_size.width, self.content_size.height)
        if self._pixels is None or picture is None or not all(room):
            return
        cell = _cell()
        place = fit(picture.size, room, cell)
        if self._sent is picture:
            self._pixels.move(place)
            self.refresh()
            return
        self._sent, marks, name = picture, self._marks, self._pixels.next_name()

        def encode() -> None:
            from engine.pictures.boxes import colours_in, draw
            from engine.pictures.kitty import COLOURS, stored
            from engine.pictures.palette import in_few_colours

            drawn = draw(picture, marks, (place[0] * cell[0], place[1] * cell[1]))
            drawn = in_few_colours(drawn, COLOURS, colours_in(marks))
            codes = list(stored(drawn, name.id, *place))
            self.app.call_from_thread(self._encoded, picture, name, codes, place)

        # It takes some tenths of a second, which nobody should feel in the keys.
        self.run_worker(encode, thread=True, group="picture")

    def _encoded(self, picture: Image, name: Name, codes: list[str], place: tuple[int, int]) -> None:
        if self._pixels is not None and self.is_attached and picture is self._picture:
            self._pixels.show(name, codes, place)
            self._settle()

    def _send_again(self, _: App[object]) -> None:
        if self._pixels is not None:
            self._pixels.send_again()


def can_show(palette: Palette, *, ascii_only: bool) -> bool:
    """Whether the terminal has the colours and the character that a picture is made of."""
    return not ascii_only and bool(colours_of(palette))


def colours_of(palette: Palette) -> tuple[str, ...]:
    """The curve colours in hexadecimal, so that a box has the colour of its label in the text; none where
    the palette leaves colours to the terminal."""
    colours = tuple(palette.styles.get(curve_role(at), "") for at in range(CURVES))
    return colours if all(colour.startswith("#") for colour in colours) else ()


def _cell() -> tuple[int, int]:
    from engine.pictures.terminal import cell_size

    return cell_size()
