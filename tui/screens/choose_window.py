"""A window to choose one of many: typing filters, Enter takes it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.actions import bindings_of
from tui.screens.bars import ActionBar
from tui.screens.field import Field
from tui.screens.window import Window
from tui.theme import palette_of
from tui.train.desk import matching
from tui.widgets.cells import Line, to_text


class ChooseField(Field):
    """Up and down go to the list while the field takes letters."""

    DEFAULT_CSS = """
    #window ChooseField, #window ChooseField:focus {
        height: 1; border: none; padding: 0; background: $panel; margin: 0 0 1 0;
    }
    """
    BINDINGS = bindings_of("choose")

    async def action_take(self) -> None:
        """Hand back the highlighted entry."""
        await self.action_submit()

    async def action_move(self, step: int) -> None:
        """Up or down in the list."""
        await self.screen.run_action(f"move({step})")


class ChooseWindow(Window[str]):
    """Hands back the name of an entry."""

    def __init__(self, title: str, entries: Sequence[tuple[str, Line]], *, at: str = "") -> None:
        super().__init__()
        self._title, self._entries, self._at = title, tuple(entries), at
        self._shown: list[int] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="window", classes="wide") as window:
            window.border_title = Text(self._title)
            yield ChooseField(placeholder="type to filter", id="choose-filter")
            yield OptionList(id="choose-list")
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one("#choose-list").can_focus = False
        self._show("")
        self.query_one(ChooseField).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        place = self.query_one(OptionList).highlighted
        if place is not None and self._shown:
            self.dismiss(self._entries[self._shown[place]][0])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._shown:
            self.dismiss(self._entries[self._shown[event.option_index]][0])

    def action_move(self, step: int) -> None:
        """Up or down in the list."""
        listing = self.query_one(OptionList)
        if listing.highlighted is not None:
            listing.highlighted = max(0, min(listing.highlighted + step, listing.option_count - 1))

    def _show(self, words: str) -> None:
        listing, palette = self.query_one(OptionList), palette_of(self.app)
        self._shown = matching(words, ["".join(part for part, _ in line) for _, line in self._entries])
        listing.clear_options()
        listing.add_options(Option(to_text(self._entries[place][1], palette)) for place in self._shown)
        if not self._shown:
            listing.add_option(Option("Nothing matches.", disabled=True))
            return
        names = [self._entries[place][0] for place in self._shown]
        listing.highlighted = names.index(self._at) if self._at in names else 0
