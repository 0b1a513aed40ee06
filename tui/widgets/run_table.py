"""The table of runs: a thousand rows cost what the visible ones do, and only changed cells are sent."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from textual.events import Blur, Click, Focus, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tui.actions import bindings_of
from tui.theme import BOLD, Role, curve_role
from tui.widgets.cells import Canvas, CellWidget, Line, width_of
from tui.widgets.chart.legend import sign_of
from tui.widgets.run_row import Column, RunRow, RunRows, columns_for

__all__ = ["RunRow", "RunRows", "RunTable"]

_MARGIN = 3
"""Cells before the first column: the sign of the cursor, and that of a mark or a pin."""
MOST_MARKS = 8
"""As many curves can be told apart."""
_GAP = 2


class RunTable(CellWidget, can_focus=True):
    """A row per run, with a cursor and marks."""

    BINDINGS = bindings_of("runs")

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another run."""

        id: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RunTable.Highlighted)

    @dataclass
    class Chosen(Message):
        """The operator opened a run."""

        id: str

    @dataclass
    class Marked(Message):
        """The marks changed."""

        ids: frozenset[str]

    class Refused(Message):
        """There are as many marks as there may be."""

    def __init__(
        self,
        *,
        empty: str = "no runs yet",
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(ascii_only=ascii_only, name=name, id=id, classes=classes)
        self.empty = empty
        self.sorted_by = ""
        """Title of the column that the rows are sorted by, where it is not their age."""
        self._rows = RunRows.of(())
        self._cursor = 0
        self._top = 0
        self._marks: dict[str, int] = {}
        """Marked runs and their letters, by number: a run keeps its letter while others come and go."""

    # -- what it shows

    def show(self, rows: Sequence[RunRow], known: Container[str] | None = None) -> None:
        """Show these rows. The cursor stays on its run, wherever that one went; marks of runs that are `known` stay
        though no row shows them."""
        before = self.highlighted
        self._rows = rows if isinstance(rows, RunRows) else RunRows.of(rows)
        place = self._cursor if self.highlighted == before else self._rows.find(before)
        self._cursor = min(self._cursor if place is None else place, max(0, len(self._rows) - 1))
        gone = [run for run in self._marks if run not in (self._rows.ids if known is None else known)]
        for run in gone:
            del self._marks[run]
        self._keep_in_sight()
        self.redraw()
        if gone:
            self.post_message(self.Marked(self.marked))
        self._tell(before)

    @property
    def rows(self) -> RunRows:
        return self._rows

    @property
    def place(self) -> int:
        """The row of the cursor, counted from 0."""
        return self._cursor

    def unmark(self) -> None:
        """Take all marks away."""
        if self._marks:
            self._marks.clear()
            self.redraw()
            self.post_message(self.Marked(self.marked))

    @property
    def highlighted(self) -> str | None:
        """Id of the run under the cursor."""
        return self._rows.ids[self._cursor] if self._cursor < len(self._rows) else None

    @property
    def marked(self) -> frozenset[str]:
        return frozenset(self._marks)

    @property
    def marks(self) -> dict[str, int]:
        """Marked runs with the numbers of their letters, in that order."""
        return dict(sorted(self._marks.items(), key=lambda entry: entry[1]))

    def highlight(self, run: str) -> bool:
        """Put the cursor on a run. False where there is no such row."""
        place = self._rows.find(run)
        if place is not None:
            self._go(place)
        return place is not None

    # -- drawing

    def draw(self, canvas: Canvas) -> None:
        if not self._rows:
            canvas.write(max(0, (canvas.width - len(self.empty)) // 2), canvas.height // 2, self.empty, Role.MUTED)
            return
        self._keep_in_sight(canvas.height)
        columns = columns_for(canvas.width - _MARGIN, host=self._rows.host_width)
        self._header(canvas, columns)
        for y, row in enumerate(self._rows[self._top : self._top + canvas.height - 1], start=1):
            self._row(canvas, y, row, columns)

    def _header(self, canvas: Canvas, columns: list[tuple[Column, int]]) -> None:
        x = _MARGIN
        for column, width in columns:
            title = column.title
            if title == self.sorted_by:
                title += "v" if self.ascii_only else "▾"
            title = title.rjust(width) if column.right else title
            canvas.write(x, 0, title, Role.MUTED, limit=x + width)
            x += width + _GAP
        visible = canvas.height - 1
        if len(self._rows) > visible:
            place = f" {self._cursor + 1}/{len(self._rows)}"
            canvas.write(canvas.width - len(place), 0, place, Role.MUTED | BOLD)

    def _row(self, canvas: Canvas, y: int, row: RunRow, columns: list[tuple[Column, int]]) -> None:
        under = self._rows.ids[self._cursor] == row.id
        mark = self._marks.get(row.id)
        signs = (">", "^") if self.ascii_only else ("▸", "▴")
        canvas.write(0, y, signs[0] if under and self.has_focus else " ", Role.ACTIVE | BOLD)
        if mark is not None:
            canvas.write(1, y, sign_of(mark, ascii_only=self.ascii_only), curve_role(mark) | BOLD)
        elif row.pinned:
            canvas.write(1, y, signs[1], Role.MUTED)
        x = _MARGIN
        for column, width in columns:
            line: Line = column.text(row, width, self.ascii_only)
            start = x + max(0, width - width_of(line)) if column.right else x
            canvas.write_line(start, y, line, limit=x + width)
            x += width + _GAP
        if under:
            canvas.highlight(y)

    # -- keys and mouse

    def action_move(self, by: int) -> None:
        self._go(self._cursor + by)

    def action_page(self, by: int) -> None:
        self._go(self._cursor + by * max(1, self.content_size.height - 2))

    def action_jump(self, last: bool) -> None:
        self._go(len(self._rows) - 1 if last else 0)

    def action_mark(self) -> None:
        run = self.highlighted
        if run is None:
            return
        if run in self._marks:
            del self._marks[run]
        elif len(self._marks) < MOST_MARKS:
            self._marks[run] = min(set(range(MOST_MARKS)) - set(self._marks.values()))
        else:
            self.post_message(self.Refused())
            return
        self.redraw()
        self.post_message(self.Marked(self.marked))

    def action_choose(self) -> None:
        if self.highlighted is not None:
            self.post_message(self.Chosen(self.highlighted))

    def on_focus(self, event: Focus) -> None:
        self.redraw()

    def on_blur(self, event: Blur) -> None:
        self.redraw()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or offset.y < 1:
            return
        index = self._top + offset.y - 1
        if index < len(self._rows):
            self._go(index)
            if event.chain == 2:
                self.action_choose()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._go(self._cursor + 1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._go(self._cursor - 1)

    def _go(self, index: int) -> None:
        before = self.highlighted
        self._cursor = max(0, min(index, len(self._rows) - 1))
        self._keep_in_sight()
        self.redraw()
        self._tell(before)

    def _keep_in_sight(self, height: int | None = None) -> None:
        visible = (self.content_size.height if height is None else height) - 1
        if visible < 1:
            return
        self._top = max(0, min(self._top, len(self._rows) - visible))
        if self._cursor < self._top:
            self._top = self._cursor
        elif self._cursor >= self._top + visible:
            self._top = self._cursor - visible + 1

    def _tell(self, before: str | None) -> None:
        if self.highlighted is not None and self.highlighted != before:
            self.post_message(self.Highlighted(self.highlighted))
