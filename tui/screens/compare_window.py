"""Two versions on the same held-out rows: asked of `engine compare`, shown as a page."""

from __future__ import annotations

import time

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from engine.comparing.result import Compared
from engine.workspace import Workspace
from tui.models.comparison_view import comparison_lines
from tui.models.engine_command import EngineCommand
from tui.screens.bars import ActionBar
from tui.screens.base import Told
from tui.screens.window import Window
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.page import Page, wrapped


class CompareScreen(Window[None]):
    """Metrics with differences, intervals and p, and the rows that were fixed and broken."""

    CSS_PATH = ["window.tcss", "models_windows.tcss"]

    def __init__(self, workspace: Workspace, first: str, second: str, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._workspace, self._first, self._second, self._ascii_only = workspace, first, second, ascii_only
        self._since = time.monotonic()
        self._compared: Compared | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            arrow = "->" if self._ascii_only else "→"
            window.border_title = Text(f"{self._first} {arrow} @{self._second.rpartition('@')[2]}")
            yield Page(ascii_only=self._ascii_only, id="compared")
        yield EngineCommand(self._workspace)
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one(Page).show(self._lines)
        self.query_one("#window").focus()
        self.set_interval(1.0, self._tick)
        self.query_one(EngineCommand).start(
            ["compare", self._first, self._second], lambda told: msgspec.json.decode(told, type=Compared)
        )

    def _tick(self) -> None:
        if self._compared is None and not self._problem:
            self.query_one(Page).redraw()

    def on_engine_command_ended(self, event: EngineCommand.Ended) -> None:
        event.stop()
        if isinstance(event.answer, Compared) and event.answer.challengers:
            self._compared = event.answer
        else:
            self._problem = event.problem or "Nothing was compared."
        self.query_one(Page).show(self._lines)

    def on_told(self, event: Told) -> None:
        event.stop()
        self._problem = event.text
        self.query_one(Page).show(self._lines)

    def action_dismiss_window(self) -> None:
        """Leave; what is being measured is ended."""
        self.query_one(EngineCommand).cancel()
        self.dismiss()

    def _lines(self, width: int) -> list[Line]:
        if self._compared is not None:
            return comparison_lines(self._compared, width, ascii_only=self._ascii_only)
        if self._problem:
            return wrapped(self._problem, width, Role.ERROR)
        dots = "..." if self._ascii_only else "…"
        head = f"Comparing {dots} {int(time.monotonic() - self._since)} s"
        told = "Both models answer the same held-out rows, in a process of its own. Esc ends it."
        return [((head, Role.TITLE | BOLD),), *wrapped(told, width, Role.MUTED)]
