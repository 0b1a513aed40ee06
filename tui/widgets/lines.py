"""Lines in roles, cut at the edge. Only cells that changed are sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tui.theme import Role
from tui.widgets.cells import Canvas, CellWidget, Line, width_of

View = Callable[[int, int], Sequence[Line]]
"""Width and height → lines."""


class Lines(CellWidget):
    """Shows what a view makes of the room there is, and says where the mouse was."""

    @dataclass
    class Clicked(Message):
        """A line was clicked."""

        lines: Lines
        y: int
        twice: bool
        """The second of two quick clicks."""

        @property
        def control(self) -> Lines:
            return self.lines

    @dataclass
    class Scrolled(Message):
        """The wheel was turned by a step: down where it is 1."""

        lines: Lines
        step: int

        @property
        def control(self) -> Lines:
            return self.lines

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

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            self.post_message(self.Clicked(self, offset.y, event.chain == 2))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.post_message(self.Scrolled(self, 1))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.post_message(self.Scrolled(self, -1))
