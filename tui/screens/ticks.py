"""A list whose entries can be ticked; a tick is a sign, not a colour."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.actions import bindings_of


class TickList(OptionList):
    """Space or Enter ticks the highlighted entry."""

    BINDINGS = bindings_of("ticks")

    class Ticked(Message):
        """Other entries are ticked."""

        def __init__(self, names: tuple[str, ...]) -> None:
            super().__init__()
            self.names = names

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._entries: list[tuple[str, str]] = []
        self._ticked: set[str] = set()

    @property
    def ticked(self) -> tuple[str, ...]:
        """The ticked entries, in the order of the list."""
        return tuple(name for name, _ in self._entries if name in self._ticked)

    def offer(self, entries: Sequence[tuple[str, str]]) -> None:
        """Show these (name, note), all of them ticked."""
        self._entries, self._ticked = list(entries), {name for name, _ in entries}
        self.clear_options()
        self.add_options([Option(self._prompt(name, note)) for name, note in self._entries])
        self.highlighted = 0 if entries else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name, note = self._entries[event.option_index]
        self._ticked ^= {name}
        self.replace_option_prompt_at_index(event.option_index, self._prompt(name, note))
        self.post_message(self.Ticked(self.ticked))

    def _prompt(self, name: str, note: str) -> Text:
        text = Text("[x] " if name in self._ticked else "[ ] ")
        text.append(name)
        text.append(f"  {note}", "dim")
        return text
