"""Validate: trying a model on samples."""

from __future__ import annotations

from tui.actions.action import BACK, Action

ACTIONS = (
    Action("submit", "ctrl+g,f9", "Ask", "Ask the model", "validate", "Form", 10, shown_key="^g"),
    Action(
        "next_example",
        "ctrl+n",
        "Example",
        "Fill in a sample of the model's own",
        "validate",
        "Form",
        11,
        shown_key="^n",
    ),
    Action("leave", "escape", "Back", BACK, "validate", "Form", 80, shown_key="Esc"),
)
