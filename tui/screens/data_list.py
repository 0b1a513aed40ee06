"""The table of datasets as a widget: it draws, and says where somebody points with the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tui.data.shelf import DatasetSeen
from tui.data.table import Column, columns_of, table_lines
from tui.theme import Role
from tui.widgets.cells import Canvas, CellWidget


class DatasetList(CellWidget):
    """A cursor over rows; it never moves by itself."""

    class Pointed(Message):
        """A row was clicked, or the wheel turned over the list."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(ascii_only=ascii_only, id="data-list")
        self._datasets: tuple[DatasetSeen, ...] = ()
        self._columns: list[Column] = []
        self._at = self._top = 0
        self._nothing = ""

    def show(self, datasets: Sequence[DatasetSeen], at: int, now: float, *, nothing: str = "") -> None:
        """Show these rows; `nothing` is said where there are none."""
        if self._datasets is not datasets:
            self._datasets = tuple(datasets)
        self._columns = columns_of(self._datasets, now, ascii_only=self.ascii_only)
        self._nothing = nothing
        self.point(at)

    def point(self, at: int) -> None:
        """Put the cursor on a row."""
        self._at = at
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        if not self._datasets:
            canvas.write(1, 0, self._nothing, Role.MUTED)
            return
        visible = max(1, canvas.height - 1)
        self._top = max(0, min(self._top, len(self._datasets) - visible, self._at))
        self._top = max(self._top, self._at - visible + 1)
        lines = table_lines(
            self._datasets,
            self._columns,
            self._at,
            self._top,
            canvas.width,
            canvas.height,
            ascii_only=self.ascii_only,
        )
        for y, line in enumerate(lines):
            canvas.write_line(0, y, line)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and offset.y >= 1 and self._top + offset.y - 1 < len(self._datasets):
            self.post_message(self.Pointed(self._top + offset.y - 1))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._scroll(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._scroll(-1)

    def _scroll(self, step: int) -> None:
        at = max(0, min(self._at + step, len(self._datasets) - 1))
        if at != self._at:
            self.post_message(self.Pointed(at))
