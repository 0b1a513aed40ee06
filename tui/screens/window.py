"""A window over a screen: a frame in the middle, the keys that work in it below."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import CSSPathType
from textual.screen import ModalScreen

from tui.actions import bindings_of

Answer = TypeVar("Answer")


class Window(ModalScreen[Answer], Generic[Answer]):
    """Hands back an answer; None when the operator closed it.

    A subclass composes a container `#window` (class `wide` for pages) with a border title, and an `ActionBar`.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = "window.tcss"
    BINDINGS = bindings_of("window")
    # One class is set at a time, as on the screens.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def action_dismiss_window(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
