"""The list of what happened."""

from __future__ import annotations

from tui.actions.action import Action

ACTIONS = (
    Action("go", "enter", "Go", "Go to the run in Monitor", "notices_window", "Window", 11, shown_key="Enter"),
    Action("move(-1)", "up,k", "Up", "What happened after it", "notices", "Window", shown_key="↑"),
    Action("move(1)", "down,j", "Down", "What happened before it", "notices", "Window", 12, shown_key="↓"),
    Action("move(-10)", "pageup", "Page up", "Ten lines up", "notices", "Window", shown_key="PgUp"),
    Action("move(10)", "pagedown", "Page down", "Ten lines down", "notices", "Window", shown_key="PgDn"),
)
