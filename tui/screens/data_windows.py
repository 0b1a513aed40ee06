"""Small windows of Data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.data.plain import plain
from tui.screens.bars import ActionBar
from tui.screens.window import Window

ALL = "all classes"


class ClassWindow(Window[str]):
    """Answers the class whose examples are wanted; an empty name for all of them."""

    def __init__(self, counts: Mapping[str, int], labels: Sequence[str], chosen: str) -> None:
        super().__init__()
        self._counts, self._chosen = counts, chosen
        self._names = ["", *(name for name in labels if name in counts)]

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = "Examples of one class"
            width = max(len(ALL), *(len(name) for name in self._names))
            options = OptionList(*(Option(self._prompt(name, width)) for name in self._names), id="classes")
            yield options
        yield ActionBar()

    def on_mount(self) -> None:
        listing = self.query_one(OptionList)
        listing.highlighted = self._names.index(self._chosen) if self._chosen in self._names else 0
        listing.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._names[event.option_index])

    def _prompt(self, name: str, width: int) -> Text:
        text = Text(f"{plain(name) or ALL:<{width}}", "" if name else "bold", no_wrap=True)
        if name:
            text.append(f"{self._counts[name]:>10,}", "dim")
        return text
