"""The list at the left of Train: headings are passed over, Enter or Space chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.actions import bindings_of
from tui.theme import palette_of
from tui.train.choices import Choice
from tui.widgets.cells import to_text


class ChoiceList(OptionList):
    """Shows choices; knows none of them."""

    BINDINGS = bindings_of("ticks")
    HELP = "What is to be trained, and where. Enter or Space chooses."

    @dataclass
    class Chosen(Message):
        """The operator chose an entry."""

        choice: Choice

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._choices: tuple[Choice, ...] = ()

    def on_mount(self) -> None:
        self.watch(self.app, "theme", self._repaint, init=False)

    def _repaint(self) -> None:
        """In the colours of now."""
        palette = palette_of(self.app)
        for place, choice in enumerate(self._choices):
            self.replace_option_prompt_at_index(place, to_text(choice.line, palette))

    def show(self, choices: Sequence[Choice]) -> None:
        """Offer these; what is the same is not sent again, and the cursor stays where it is."""
        before, self._choices = self._choices, tuple(choices)
        if [one.id for one in before] == [one.id for one in choices]:
            for place, (old, new) in enumerate(zip(before, choices, strict=True)):
                if old != new:
                    self.replace_option_prompt_at_index(place, to_text(new.line, palette_of(self.app)))
            return
        at = before[self.highlighted].id if self.highlighted is not None and before else None
        self.clear_options()
        palette = palette_of(self.app)
        self.add_options(Option(to_text(one.line, palette), disabled=not one.name) for one in self._choices)
        places = {one.id: place for place, one in enumerate(self._choices)}
        first = next((place for place, one in enumerate(self._choices) if one.name), None)
        self.highlighted = places.get(at, first) if at is not None else first

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._choices[event.option_index]))
