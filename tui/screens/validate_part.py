"""How parts of Validate find their screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from tui.screens.validate import ValidateScreen


def validate_screen_of(part: Widget) -> ValidateScreen:
    """The screen, by its own type."""
    from tui.screens.validate import ValidateScreen

    assert isinstance(part.screen, ValidateScreen)
    return part.screen
