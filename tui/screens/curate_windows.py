"""Windows over Curate: which label a picture gets, and whether the decisions are carried out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.actions import bindings_of
from tui.screens.bars import ActionBar
from tui.screens.field import Field
from tui.screens.window import Window


class LabelScreen(Window[str]):
    """Hands back the chosen label; empty when the operator thought better of it."""

    CSS_PATH = ["window.tcss", "curate_windows.tcss"]
    BINDINGS = bindings_of("relabel")

    def __init__(self, labels: Sequence[str], likely: str) -> None:
        super().__init__()
        self._labels, self._likely = tuple(labels), likely

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = "What is it?"
            yield Field(placeholder="Type a part of the label", id="part")
            yield OptionList(id="labels-there")
        yield ActionBar()

    def on_mount(self) -> None:
        self._offer("")
        self.query_one("#part", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._offer(event.value.strip().lower())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        listing = self.query_one(OptionList)
        label = listing.highlighted_option.id if listing.highlighted_option is not None else None
        if label:
            self.dismiss(label)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option.id or "")

    def action_choose(self, step: int) -> None:
        """Up or down in the list, while the field has the keys."""
        listing = self.query_one(OptionList)
        if listing.option_count:
            listing.highlighted = ((listing.highlighted or 0) + step) % listing.option_count

    def action_dismiss_window(self) -> None:
        self.dismiss("")

    def _offer(self, part: str) -> None:
        listing = self.query_one(OptionList)
        found = [label for label in self._labels if part in label.lower()]
        listing.clear_options()
        listing.add_options(Option(Text(label), id=label) for label in found)
        if found:
            listing.highlighted = found.index(self._likely) if self._likely in found else 0
        else:
            listing.add_option(Option("No label has this part.", disabled=True))


class ApplyScreen(Window[bool]):
    """Says what would be done, and hands back whether it shall be."""

    CSS_PATH = ["window.tcss", "curate_windows.tcss"]

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__()
        self._sentences = tuple(sentences)

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = "Make the curated dataset?"
            yield Static(Text("\n".join(self._sentences)), id="what-happens")
            yield OptionList(Option("Not yet", id=""), Option("Make it", id="make"))
        yield ActionBar()

    def on_mount(self) -> None:
        # The way back is the one that Enter takes.
        self.query_one(OptionList).highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option.id == "make")

    def action_dismiss_window(self) -> None:
        self.dismiss(False)
