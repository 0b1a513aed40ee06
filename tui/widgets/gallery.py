"""Pictures side by side with words beneath each: the one in question at the left, then as many others as fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Static

from engine.pictures.beside import GAP, MOST, tiles_that_fit
from engine.pictures.graphics import Graphics
from tui.widgets.cells import Line
from tui.widgets.lines import Lines
from tui.widgets.picture import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

CAPTION_ROWS = 2
CAPTION_COLUMNS = 28
"""Of a caption, where a picture takes less."""


@dataclass(frozen=True)
class Tile:
    """One of the pictures."""

    picture: Image | None
    """None where it is not to be had: a frame stands in its place."""
    name: str
    """What the frame says."""
    caption: tuple[Line, ...] = ()
    """At most `CAPTION_ROWS`."""
    missing: str = "is not there"
    """The same, behind the name."""


class Gallery(Horizontal):
    """Nothing until it is given pictures."""

    DEFAULT_CSS = """
    Gallery { height: auto; margin: 0 0 1 0; }
    """

    def __init__(
        self,
        graphics: Graphics,
        *,
        first_slot: int,
        most: int = MOST,
        ascii_only: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._count = self._among = 0
        self._views = [TileView(graphics, first_slot + at, ascii_only=ascii_only) for at in range(most)]
        self.display = False

    def compose(self) -> ComposeResult:
        yield from self._views

    def show(self, tiles: Sequence[Tile], among: int = 0) -> None:
        """Show these; none hides the widget. They get the width that `among` so many they would have: rows below each
        other stand in columns."""
        self._count, self._among = len(tiles[: len(self._views)]), among
        self.display = bool(self._count)
        for view, tile in zip(self._views, tiles, strict=False):
            view.show(tile)
        self._lay_out()

    def on_resize(self, event: Resize) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        columns = self.content_size.width
        if not self._count or not columns:
            return
        shown, width = tiles_that_fit(max(self._count, self._among), columns)
        shown = min(shown, self._count)
        # Pictures that are compared stand close to each other.
        widest = max(view.columns_in(width) for view in self._views[:shown])
        width = min(width, max(CAPTION_COLUMNS, widest))
        for at, view in enumerate(self._views):
            view.display = at < shown
            view.styles.width = width


class TileView(Vertical):
    """A picture, or the frame of one that is missing, and its caption."""

    DEFAULT_CSS = f"""
    TileView {{ height: auto; margin: 0 {GAP} 0 0; }}
    TileView Picture {{ margin: 0; }}
    TileView .frame {{ height: 6; border: round $panel-lighten-2; color: $text-muted; }}
    TileView Lines {{ height: {CAPTION_ROWS}; }}
    .-ascii TileView .frame {{ border: ascii $panel-lighten-2; }}
    """

    def __init__(self, graphics: Graphics, slot: int, *, ascii_only: bool) -> None:
        super().__init__()
        self._picture = Picture(graphics, slot=slot, beneath=CAPTION_ROWS + 1)
        self._frame = Static(classes="frame")
        self._caption = Lines(ascii_only=ascii_only)

    def compose(self) -> ComposeResult:
        yield self._picture
        yield self._frame
        yield self._caption

    def columns_in(self, columns: int) -> int:
        """How many of these columns the picture takes."""
        return self._picture.place_in(columns, self.screen.size.height)[0]

    def show(self, tile: Tile) -> None:
        """Show this from now on."""
        self._picture.show(tile.picture)
        self._frame.display = tile.picture is None
        self._frame.update(Text(f"{tile.name}\n{tile.missing}", overflow="fold"))
        self._caption.show(lambda width, height: tile.caption)
