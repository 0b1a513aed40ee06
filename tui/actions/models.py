"""Models: versions in use. Capital letters change what is in use."""

from __future__ import annotations

from tui.actions.action import Action

ACTIONS = (
    Action("promote", "P,enter", "Promote", "Ask the gate, then put it into production", "models", "Use", 10, True),
    Action(
        "ask('rollback')", "R", "Roll back", "Bring back what was in production before", "models", "Use", 11, True
    ),
    Action("ask('stage')", "S", "Stage", "Make it the candidate that people look at", "models", "Use", 15, True),
    Action(
        "ask('raise_threshold')",
        "T",
        "Threshold",
        "Let fewer decisions through unverified",
        "models",
        "Use",
        19,
        True,
    ),
    Action(
        "ask('deploy')",
        "D",
        "Try",
        "Let it answer a part of the requests, beside production",
        "models",
        "A/B",
        18,
        True,
    ),
    Action(
        "ask('ramp')", "A", "Share", "Give the candidate more of the requests, or less", "models", "A/B", 18, True
    ),
    Action("ask('withdraw')", "W", "Withdraw", "Take the candidate out", "models", "A/B", 18, True),
    Action("compare", "c", "Compare", "Two marked versions, or this one with production", "models", "Versions", 12),
    Action("mark", "space", "Mark", "Choose it for a comparison", "models", "Versions", 14, shown_key="Space"),
    Action("card", "m", "Card", "What the version is, for people", "models", "Versions", 16),
    Action("next_pane", "p", "Pane", "History, version, A/B or triggers", "models", "Versions", 13),
    Action("move(-1)", "up,k", "Up", "The version above", "models", "Versions", shown_key="↑"),
    Action("move(1)", "down,j", "Down", "The version below", "models", "Versions", shown_key="↓"),
    Action("move(-10)", "pageup", "Page up", "Ten versions up", "models", "Versions", shown_key="PgUp"),
    Action("move(10)", "pagedown", "Page down", "Ten versions down", "models", "Versions", shown_key="PgDn"),
    Action("move_model(1)", "right,l", "Model", "The model below", "models", "Versions", 17, shown_key="→"),
    Action("move_model(-1)", "left,h", "Model above", "The model above", "models", "Versions", shown_key="←"),
    Action("leave", "escape", "Back", "Back to Monitor", "models", "Versions", 80, shown_key="Esc"),
)
