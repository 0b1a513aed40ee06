"""Lines in roles, cut at the edge. Only cells that changed are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.theme import Role
from tui.widgets.cells import Canvas, CellWidget, Line, width_of

View = Callable[[int, int], Sequence[Line]]
"""Width and height → lines."""


class Lines(CellWidget):
    """Shows what a view makes of the room there is."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._view: View = lambda width, height: ()

    def show(self, view: View) -> None:
        """Show this from now on."""
        self._view = view
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        for y, line in enumerate(self._view(canvas.width, canvas.height)[: canvas.height]):
            end = canvas.write_line(0, y, line)
            if width_of(line) > canvas.width:
                canvas.write(end - 1, y, ">" if self.ascii_only else "…", Role.MUTED)
