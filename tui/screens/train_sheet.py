"""The table of settings: a cursor, a field in the place of a value, and below it what there is to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from tui.actions import bindings_of
from tui.theme import Role
from tui.train.sheet import Row
from tui.train.sheet_lines import Drawn, sheet_lines
from tui.widgets.cells import Canvas, CellWidget
from tui.widgets.page import wrapped

HEAD = 1


class SettingSheet(CellWidget, can_focus=True):
    """A row per setting. Thousands of rows cost what the visible ones do."""

    BINDINGS = bindings_of("sheet")
    HELP = "Settings of the chosen models. Enter changes the highlighted one, Space takes the next choice."

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another setting."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, SettingSheet.Highlighted)

    @dataclass
    class Asked(Message):
        """Something is to be done with the highlighted setting: `edit`, `next` or `reset`."""

        what: str

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self.rows: tuple[Row, ...] = ()
        self.empty = ""
        self._at = 0
        self._top = 0
        self._drawn = Drawn(())

    def show(self, rows: Sequence[Row], empty: str = "") -> None:
        """Show these rows. The cursor stays on its setting, wherever that went."""
        before = self.row
        self.rows, self.empty = tuple(rows), empty
        places = {row.key: place for place, row in enumerate(self.rows)}
        if before is not None and before.key in places:
            self._at = places[before.key]
        self._settle()
        if before != self.row:
            self.post_message(self.Highlighted())

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self._at] if 0 <= self._at < len(self.rows) else None

    def go_to(self, key: tuple[str, str]) -> None:
        """Put the cursor on a setting."""
        self._go(next((place for place, row in enumerate(self.rows) if row.key == key), self._at))

    @property
    def place_of_value(self) -> tuple[int, int, int]:
        """Column, line and width of the highlighted value."""
        return self._drawn.value_x, HEAD + self._at - self._top, self._drawn.value_width

    def draw(self, canvas: Canvas) -> None:
        if not self.rows:
            for y, line in enumerate(wrapped(self.empty, canvas.width - 2, Role.MUTED)[: canvas.height]):
                canvas.write_line(1, y, line)
            return
        at = self._at if self.has_focus or self.has_class("-editing") else -1
        self._drawn = sheet_lines(self.rows, at, self._top, canvas.width, canvas.height, ascii_only=self.ascii_only)
        for y, line in enumerate(self._drawn.lines[: canvas.height]):
            canvas.write_line(0, y, line)

    # -- keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        row = self.row
        setting = row.setting if row is not None else None
        if action == "edit":
            return setting is not None
        if action == "next":
            return setting is not None and bool(setting.choices)
        if action == "reset":
            return row is not None and row.changed
        return True

    def action_move(self, step: int) -> None:
        """Up or down."""
        self._go(self._at + step)

    def action_page(self, step: int) -> None:
        """A page up or down."""
        self._go(self._at + step * max(1, self.size.height - HEAD - 1))

    def action_jump(self, to_end: bool) -> None:
        """To the first or the last."""
        self._go(len(self.rows) - 1 if to_end else 0)

    def action_edit(self) -> None:
        """Change the value."""
        self.post_message(self.Asked("edit"))

    def action_next(self) -> None:
        """The next choice."""
        self.post_message(self.Asked("next"))

    def action_reset(self) -> None:
        """The value as profile and preset have it."""
        self.post_message(self.Asked("reset"))

    def on_click(self, event: Click) -> None:
        place = self._top + event.y - HEAD
        if event.y < HEAD or place >= len(self.rows):
            return
        again = place == self._at and event.chain > 1
        self._go(place)
        if again:
            self.post_message(self.Asked("edit"))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self._go(self._at + 3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self._go(self._at - 3)

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def on_resize(self) -> None:
        self._settle()

    def _go(self, place: int) -> None:
        before = self._at
        self._at = place
        self._settle()
        if self._at != before:
            self.post_message(self.Highlighted())

    def _settle(self) -> None:
        """Keep the cursor among the rows and in sight."""
        self._at = max(0, min(self._at, len(self.rows) - 1))
        visible = max(1, self.size.height - HEAD)
        self._top = max(0, min(self._top, len(self.rows) - visible))
        self._top = min(max(self._top, self._at - visible + 1), self._at)
        self.redraw()
