"""Train: what is to be trained, and how."""

from __future__ import annotations

from tui.actions.action import BACK, Action

ACTIONS = (
    Action("submit", "ctrl+g,f9", "Start", "Start training as the plan says", "train", "Form", 10, True, "^g"),
    Action("leave", "escape", "Back", BACK, "train", "Form", 80, shown_key="Esc"),
)
