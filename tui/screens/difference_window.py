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

    def __init__(self, names: Sequence[str], specs: Sequence[RunSpec]) -> None:
        super().__init__()
        self._names, self._specs = list(names), list(specs)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = f"What differs between {len(self._names)} runs"
            yield Page(id="difference")
        yield ActionBar()

    def on_mount(self) -> None:
        rows = differences(self._specs)
        self.query_one(Page).show(lambda width: self._lines(width) if rows else [SAME])

    def _lines(self, width: int) -> Sequence[Line]:
        return table(self._names, differences(self._specs), width)


SAME: Line = (("Nothing: they were started with the same settings and data.", Role.MUTED),)
