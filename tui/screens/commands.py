"""Every command that works now, found by words of its name or its sentence."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.actions import bindings_of
from tui.commands.list_view import command_lines, first_shown
from tui.commands.search import Command, found
from tui.screens.bars import ActionBar
from tui.screens.field import Field
from tui.screens.window import Window
from tui.widgets.lines import Lines


class CommandsScreen(Window[Command]):
    """Hands back the command that was chosen; None when the operator thought better of it."""

    CSS_PATH = ["window.tcss", "commands.tcss"]
    BINDINGS = bindings_of("commands")

    def __init__(self, commands: Sequence[Command], *, ascii_only: bool = False) -> None:
        super().__init__()
        self._commands, self._ascii_only = commands, ascii_only
        self.shown = list(commands)
        """Those that the words mean."""
        self._at = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = "Commands"
            yield Field(placeholder="Words of what you want to do", id="words")
            yield Lines(ascii_only=self._ascii_only, id="commands")
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one(Field).focus()
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.shown, self._at = found(self._commands, event.value), 0
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose(self._at)

    def action_move(self, step: int) -> None:
        """Up or down in the list."""
        self._at = max(0, min(self._at + step, len(self.shown) - 1))
        self._show()

    def on_lines_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        height = event.lines.content_size.height
        self._choose(first_shown(self._at, len(self.shown), height) + event.y)

    def on_lines_scrolled(self, event: Lines.Scrolled) -> None:
        event.stop()
        self.action_move(event.step)

    def _choose(self, at: int) -> None:
        if 0 <= at < len(self.shown):
            self.dismiss(self.shown[at])

    def _show(self) -> None:
        shown, at, plain = self.shown, self._at, self._ascii_only
        self.query_one(Lines).show(lambda width, height: command_lines(shown, at, width, height, ascii_only=plain))
