"""The part of Validate that brings samples: picked ones, and those of a whole file."""

from __future__ import annotations

from textual.widget import Widget

from tui.validate.asking_state import State


class SamplesPart(Widget):
    """Not seen; it opens windows."""

    DEFAULT_CSS = "SamplesPart { display: none; }"

    def __init__(self, state: State) -> None:
        super().__init__(id="samples-part")
        self._state = state

    def pick(self) -> None:
        """Choose a sample."""

    def batch(self) -> None:
        """Ask about every row of a file."""
