"""As many lines as there are to say: stands in something that scrolls."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from textual.geometry import Size

from tui.widgets.cells import Canvas, CellWidget, Line

_HELD = "\u00a0"
"""A space that no line ends at."""


class Page(CellWidget):
    """Shows what a view makes of a width; its height follows."""

    DEFAULT_CSS = "Page { height: auto; }"

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._view: Callable[[int], Sequence[Line]] = lambda width: ()

    def show(self, view: Callable[[int], Sequence[Line]]) -> None:
        """Show this from now on."""
        self._view = view
        self._canvas = None
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._view(width))

    def draw(self, canvas: Canvas) -> None:
        for y, line in enumerate(self._view(canvas.width)[: canvas.height]):
            canvas.write_line(0, y, line)


def wrapped(text: str, width: int, role: int) -> list[Line]:
    """A sentence as lines of at most this width."""
    parts = textwrap.wrap(text.replace(" %", f"{_HELD}%"), max(20, width))
    return [((part.replace(_HELD, " "), role),) for part in parts]
