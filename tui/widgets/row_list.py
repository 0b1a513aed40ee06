"""Rows of cells with a cursor: only those in sight are drawn, so that thousands cost no more than ten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tui.actions import bindings_of
from tui.theme import Role
from tui.widgets.cells import Canvas, CellWidget, Line, width_of

WHEEL = 3


class RowList(CellWidget, can_focus=True):
    """Shows what a view makes of a row's place and the width there is."""

    BINDINGS = bindings_of("rowlist")

    @dataclass
    class Chosen(Message):
        """The operator took a row."""

        at: int

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._view: Callable[[int, int], Line] = lambda at, width: ()
        self._count = 0
        self._empty = ""
        self._first = 0
        self.at = 0
        """The row that the cursor is on."""

    def show(self, count: int, view: Callable[[int, int], Line], *, empty: str = "", at: int = 0) -> None:
        """Show so many rows from now on; `empty` is said where there is none."""
        self._count, self._view, self._empty = count, view, empty
        self.at = max(0, min(at, count - 1))
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        if not self._count:
            canvas.write(0, 0, self._empty, Role.MUTED)
            return
        self._first = max(self.at - canvas.height + 1, min(self._first, self.at, max(0, self._count - canvas.height)))
        for y in range(min(canvas.height, self._count - self._first)):
            place = self._first + y
            line = self._view(place, canvas.width - 2)
            if place == self.at:
                canvas.write(0, y, ">" if self.ascii_only else "▸", Role.ACTIVE)
            end = canvas.write_line(2, y, line)
            if width_of(line) > canvas.width - 2:
                canvas.write(end - 1, y, ">" if self.ascii_only else "…", Role.MUTED)
            if place == self.at:
                canvas.highlight(y)

    def action_move(self, step: int) -> None:
        """Up or down."""
        at = max(0, min(self.at + step, self._count - 1))
        if at != self.at:
            self.at = at
            self.redraw()

    def action_choose(self) -> None:
        """Take the row."""
        if self._count:
            self.post_message(self.Chosen(self.at))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.action_move(WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.action_move(-WHEEL)

    def on_click(self, event: Click) -> None:
        """The first click puts the cursor on a row, one on that row takes it."""
        place = self._first + event.get_content_offset_capture(self).y
        if not 0 <= place < self._count:
            return
        if place == self.at:
            self.action_choose()
        else:
            self.action_move(place - self.at)
