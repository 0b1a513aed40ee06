"""The field of Label that comes when the operator has something to write, and goes when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual.message import Message
from textual.widgets import Input

from tui.screens.field import Field

Purpose = Literal["note", "search"]
_TITLES: dict[Purpose, str] = {
    "note": "Note: Enter keeps it, Esc does not",
    "search": "Search: words of the path",
}


class WritingField(Field):
    """Hidden until something is asked; while it is there, keys are letters."""

    purpose: Purpose | None = None

    @dataclass
    class Written(Message):
        """Something was written, and the field is gone."""

        purpose: Purpose
        text: str

    @dataclass
    class Toggled(Message):
        """The field has come, or gone."""

    def on_mount(self) -> None:
        # Tab must not reach it while it is hidden.
        self.can_focus = False

    def ask(self, purpose: Purpose, value: str = "") -> None:
        """Let the operator write."""
        self.purpose = purpose
        self.border_title, self.value = _TITLES[purpose], value
        self.screen.add_class("-writing")
        self.can_focus = True
        self.focus()
        self.post_message(self.Toggled())

    def leave(self) -> None:
        """Keys are labels again."""
        self.purpose = None
        self.screen.remove_class("-writing")
        self.can_focus = False
        self.screen.set_focus(None)
        self.post_message(self.Toggled())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.purpose is not None:
            written = self.Written(self.purpose, event.value.strip())
            self.leave()
            self.post_message(written)
