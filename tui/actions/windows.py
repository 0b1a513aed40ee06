"""Windows over a screen."""

from __future__ import annotations

from tui.actions.action import Action

ACTIONS = (
    Action("dismiss_window", "escape,q", "Close", "Close this window", "window", "Window", 90),
    Action("app.help", "question_mark", "Help", "The keys that work here", "window", "Window", 91),
    Action("move(-1)", "up", "Up", "The command above", "commands", "Commands"),
    Action("move(1)", "down", "Down", "The command below", "commands", "Commands", 11),
    Action("move(-10)", "pageup", "Page up", "Ten commands up", "commands", "Commands"),
    Action("move(10)", "pagedown", "Page down", "Ten commands down", "commands", "Commands"),
)
