"""A field to type into. Its cursor stands still: one that blinks sends bytes for ever."""

from __future__ import annotations

from textual.widgets import Input

from tui.actions import bindings_of


class Field(Input, inherit_bindings=False):
    """Textual's input without the blinking, and without the keys that screen takes or that scroll nothing."""

    BINDINGS = bindings_of("field")

    def on_mount(self) -> None:
        self.cursor_blink = False
