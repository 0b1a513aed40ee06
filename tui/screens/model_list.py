"""The models that can be asked, with a field that finds some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.screens.field import Field
from tui.theme import palette_of
from tui.validate.choices import Choice, filtered, prompt_of


class ModelList(Vertical):
    """The cursor stays on its model when others come and go."""

    @dataclass
    class Taken(Message):
        """The operator chose a model."""

        choice: Choice

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(id="choice")
        self._ascii_only = ascii_only
        self._every: tuple[Choice, ...] = ()
        self._offered: tuple[Choice, ...] = ()
        self._marks: Mapping[str, str] = {}

    def compose(self) -> ComposeResult:
        written = Field(id="filter", placeholder="words, such as production")
        written.border_title = "Filter"
        yield written
        models = OptionList(id="models")
        models.border_title = "Trained models"
        yield models

    def show(self, every: Sequence[Choice], marks: Mapping[str, str]) -> None:
        """Offer these; `marks`: name → `A` or `B`."""
        if (tuple(every), marks) == (self._every, self._marks) and every:
            return
        self._every, self._marks = tuple(every), dict(marks)
        self._fill()

    @property
    def highlighted(self) -> Choice | None:
        """The model under the cursor."""
        place = self.query_one("#models", OptionList).highlighted
        return self._offered[place] if place is not None and place < len(self._offered) else None

    def point_at(self, choice: Choice) -> None:
        """Put the cursor on a model, whatever the filter says."""
        if choice not in self._offered:
            self.query_one("#filter", Input).value = ""
            self._fill()
        self.query_one("#models", OptionList).highlighted = self._offered.index(choice)

    def focus_list(self) -> None:
        """Let arrow keys choose a model."""
        self.query_one("#models").focus()

    def focus_filter(self) -> None:
        """Let keys be letters of the filter."""
        self.query_one("#filter").focus()

    def unfilter(self) -> bool:
        """Empty the filter that is being written; whether there was any."""
        written = self.query_one("#filter", Input)
        if not written.has_focus or not written.value:
            return False
        written.value = ""
        return True

    def _fill(self) -> None:
        before, listing = self.highlighted, self.query_one("#models", OptionList)
        written = self.query_one("#filter", Input).value
        self._offered = filtered(self._every, written)
        palette = palette_of(self.app)
        listing.clear_options()
        listing.add_options(
            Option(prompt_of(one, palette, mark=self._marks.get(one.name, ""), ascii_only=self._ascii_only))
            for one in self._offered
        )
        names = [one.name for one in self._offered]
        if before is not None and before.name in names:
            listing.highlighted = names.index(before.name)
        elif names:
            listing.highlighted = 0
        shown = f"{len(names)} of {len(self._every)}" if written else ""
        listing.border_subtitle = shown

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_list()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Taken(self._offered[event.option_index]))
