"""A page of Markdown over a screen: the evaluation of a run, the card of a version."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from tui.screens.bars import ActionBar
from tui.screens.window import Window

MAX_BYTES = 256 * 1024
"""A page longer than this is cut: it is for people."""


class ReportScreen(Window[None]):
    """Shows a page."""

    def __init__(self, title: str, text: str, *, what: str = "Report") -> None:
        super().__init__()
        self._title, self._text, self._what = title, text, what

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", classes="wide") as window:
            window.border_title = Text(f"{self._what} of {self._title}")
            yield Markdown(self._text, open_links=False)
        yield ActionBar()


def read_page(path: Path) -> str:
    """The text of a report; cut where it is longer than people read."""
    data = path.read_bytes()[: MAX_BYTES + 1]
    text = data[:MAX_BYTES].decode("utf-8", "replace")
    return text if len(data) <= MAX_BYTES else f"{text}\n\n… the rest is in {path.name}"
