"""What differs between the settings of runs, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from engine.runs.spec import RunSpec
from tui.monitor.difference import differences, table
from tui.screens.bars import ActionBar
from tui.screens.window import Window
from tui.theme import Role
from tui.widgets.cells import Line
from tui.widgets.page import Page


class DifferenceScreen(Window[None]):
    """Only what differs, each value above its origin."""

    def __init__(self, names: Sequence[str], specs: Sequence[RunSpec], *, ascii_only: bool) -> None:
        super().__init__()
        self._names, self._rows, self._ascii_only = list(names), differences(specs), ascii_only

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = f"What differs between {len(self._names)} runs"
            yield Page(ascii_only=self._ascii_only, id="difference")
        yield ActionBar()

    def on_mount(self) -> None:
        names, rows = self._names, self._rows
        self.query_one(Page).show(lambda width: table(names, rows, width) if rows else [SAME])


SAME: Line = (("Nothing: they were started with the same settings and data.", Role.MUTED),)
