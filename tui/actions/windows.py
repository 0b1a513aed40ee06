"""Windows over a screen."""

from __future__ import annotations

from tui.actions.action import Action

ACTIONS = (
    Action("dismiss_window", "escape,q", "Close", "Close this window", "window", "Window", 10, shown_key="Esc"),
)
