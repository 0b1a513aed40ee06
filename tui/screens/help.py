"""All keys that work on the screen below: those of the focused pane first, then the screen's, then the console's."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tui.actions.working import Working
from tui.commands.help_view import help_lines
from tui.screens.bars import ActionBar
from tui.screens.window import Window
from tui.widgets.page import Page


class HelpScreen(Window[None]):
    """Keys and what they do."""

    def __init__(self, entries: Sequence[Working], *, ascii_only: bool = False) -> None:
        super().__init__()
        self._entries, self._ascii_only = entries, ascii_only

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = "Keys"
            yield Page(ascii_only=self._ascii_only, id="help-text")
        yield ActionBar()

    def on_mount(self) -> None:
        entries, plain = self._entries, self._ascii_only
        self.query_one(Page).show(lambda width: help_lines(entries, width, ascii_only=plain))
