"""Curate: what is wrong with pictures."""

from __future__ import annotations

from tui.actions.action import Action

ACTIONS = (
    Action("accept", "enter", "Accept", "Decide as it is suggested", "curate", "Curate", 10, True, "Enter"),
    Action("keep", "k", "Keep", "The picture stays as it is", "curate", "Curate", 11, True),
    Action("drop", "d", "Drop", "Leave the picture out", "curate", "Curate", 12, True),
    Action("relabel", "r", "Relabel", "Give the picture another label", "curate", "Curate", 13, True),
    Action("undo", "backspace,u", "Undo", "Take back the last decision", "curate", "Curate", 14, True, "Bksp"),
    Action("next_undecided", "n", "Next", "The next that nobody has decided on", "curate", "Curate", 15),
    Action("next_problem", "f", "Filter", "Only the next kind of problem, then all again", "curate", "Curate", 16),
    Action("apply", "ctrl+g,f9", "Apply", "Make the dataset as it is decided", "curate", "Curate", 17, True, "^g"),
    Action("search", "c", "Search", "Search the dataset; decisions of people stay", "curate", "Curate", 18, True),
    Action("move(-1)", "up", "Up", "The picture above", "curate", "Curate", shown_key="↑"),
    Action("move(1)", "down", "Down", "The picture below", "curate", "Curate", shown_key="↓"),
    Action("move(-10)", "pageup", "Page up", "Ten pictures up", "curate", "Curate", shown_key="PgUp"),
    Action("move(10)", "pagedown", "Page down", "Ten pictures down", "curate", "Curate", shown_key="PgDn"),
    Action(
        "leave", "escape", "Back", "Back to the datasets, then to Monitor", "curate", "Curate", 80, shown_key="Esc"
    ),
    Action("choose(-1)", "up", "Up", "The label above", "relabel", "Window", shown_key="↑"),
    Action("choose(1)", "down", "Down", "The label below", "relabel", "Window", 11, shown_key="↓"),
    Action("dismiss_window", "escape", "Close", "Give no other label", "relabel", "Window", 10, shown_key="Esc"),
)
