"""A field to type into. Its cursor stands still: one that blinks sends bytes for ever."""

from __future__ import annotations

from textual.widgets import Input


class Field(Input):
    """Textual's input without the blinking."""

    def on_mount(self) -> None:
        self.cursor_blink = False
