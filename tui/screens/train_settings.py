"""The settings of Train: filter, table, a field in the place of a value, and what there is to know of a setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import Input

from tui.screens.field import Field
from tui.screens.train_sheet import SettingSheet
from tui.train.sheet import Row, detail_lines
from tui.widgets.lines import Lines


class SheetPane(Vertical):
    """Filter, table and what there is to know of the highlighted setting."""

    @dataclass
    class Written(Message):
        """A value was written for a setting; `done` when it is to be kept."""

        model: str
        name: str
        value: str
        done: bool = False

    @dataclass
    class Filtered(Message):
        """Other rows are looked for."""

        words: str

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(id="sheet-pane")
        self._ascii_only = ascii_only
        self._editing: Row | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield Field(placeholder="words of a name or a meaning", id="filter")
        with Container(id="sheet-box"):
            yield SettingSheet(ascii_only=self._ascii_only, id="sheet")
            yield Field(id="value", classes="-away")
        yield Lines(ascii_only=self._ascii_only, id="setting-detail")

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self.query_one("#value").display = False

    @property
    def sheet(self) -> SettingSheet:
        """The table."""
        return self.query_one(SettingSheet)

    @property
    def editing(self) -> Row | None:
        """The row whose value is being written."""
        return self._editing

    def show(self, rows: Sequence[Row], empty: str = "") -> None:
        """Show these rows; a value that is being written stays."""
        self.sheet.show(rows, empty)
        self._show_detail()

    # -- the filter

    def ask_filter(self) -> None:
        """Let the operator type what is looked for."""
        field = self.query_one("#filter", Field)
        field.display = True
        self.screen.set_focus(field)

    def leave_filter(self, *, clear: bool) -> None:
        """Back to the table, with or without what was typed."""
        field = self.query_one("#filter", Field)
        if clear:
            field.value = ""
        field.display = bool(field.value)
        self.sheet.focus()

    # -- the field

    def edit(self, row: Row) -> None:
        """Put a field in the place of a value."""
        assert row.setting is not None
        x, y, width = self.sheet.place_of_value
        field = self.query_one("#value", Field)
        self._editing, self._problem = row, row.problem
        field.styles.offset = (x, y)
        field.styles.width = max(12, min(max(width, len(row.value) + 2), self.sheet.size.width - x))
        field.value = row.value
        field.display = True
        self.sheet.add_class("-editing")
        self.screen.set_focus(field)
        field.action_end()
        self._show_detail()

    def leave_field(self) -> None:
        """The field goes, and what was written is as it was."""
        self._editing, self._problem = None, ""
        self.query_one("#value").display = False
        self.sheet.remove_class("-editing")
        self.sheet.focus()
        self._show_detail()

    def leave(self) -> bool:
        """Out of the field or the filter; False where neither has the focus."""
        if self._editing is not None:
            self.leave_field()
        elif self.query_one("#filter").has_focus:
            self.leave_filter(clear=True)
        else:
            return False
        return True

    def judge(self, value: str, problem: str) -> None:
        """What the engine says of what is in the field."""
        if self._editing is not None and self.query_one("#value", Input).value == value:
            self._problem = problem
            self._show_detail()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "filter":
            self.post_message(self.Filtered(event.value))
        elif self._editing is not None:
            self.post_message(self.Written(*self._editing.key, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "filter":
            self.leave_filter(clear=False)
        elif self._editing is not None:
            self.post_message(self.Written(*self._editing.key, event.value, done=True))

    def on_setting_sheet_highlighted(self) -> None:
        self._show_detail()
        self.screen.refresh_bindings()

    def _show_detail(self) -> None:
        row, writing, plain = self.sheet.row, self._editing is not None, self._ascii_only
        problem = self._problem if writing or row is None else row.problem

        self.query_one("#setting-detail", Lines).show(
            lambda width, height: detail_lines(row, problem, width, height, writing=writing, ascii_only=plain)
        )
