"""Data: what training data there is, and making more."""

from __future__ import annotations

from tui.actions.action import BACK, Action

ACTIONS = (
    Action("submit", "ctrl+g,f9", "Generate", "Make the datasets", "data", "Form", 10, True, "^g"),
    Action("leave", "escape", "Back", BACK, "data", "Form", 80, shown_key="Esc"),
)
