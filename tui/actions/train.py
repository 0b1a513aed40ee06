"""Train: what is to be trained, and how."""

from __future__ import annotations

from tui.actions.action import BACK, Action

ACTIONS = (
    Action("submit", "ctrl+g,f9", "Start", "Start training as the plan says", "train", "Train", 10, True),
    Action("cancel_start", "x", "Cancel", "Give the start up while data is being made", "train", "Train", 9, True),
    Action("dry_run", "d", "Dry run", "The whole plan, and the commands that do the same", "train", "Train", 14),
    Action("copy_run", "r", "From run", "Copy the settings of an earlier run", "train", "Train", 15),
    Action("next_pane", "p", "Pane", "Settings or plan, where one of them fits", "train", "Train", 16),
    Action("find", "slash", "Find", "Settings by words of name or meaning", "train", "Settings", 17),
    Action(
        "only_changed", "c", "Changed", "Only the settings that you changed, and all again", "train", "Settings", 18
    ),
    Action("line", "l", "Line", "All changes as one line, KEY=VALUE …", "train", "Settings", 19),
    Action(
        "leave",
        "escape",
        "Back",
        BACK,
        "train",
        "Train",
        80,
    ),
    Action("edit", "enter", "Edit", "Write another value, or choose one", "sheet", "Settings", 11),
    Action("next", "space", "Next", "Take the next choice", "sheet", "Settings", 12),
    Action(
        "reset",
        "backspace,delete",
        "Reset",
        "The value as profile and preset have it",
        "sheet",
        "Settings",
        13,
    ),
    Action("move(-1)", "up,k", "Up", "The setting above", "sheet", "Settings"),
    Action("move(1)", "down,j", "Down", "The setting below", "sheet", "Settings"),
    Action("page(-1)", "pageup", "Page up", "A page up", "sheet", "Settings"),
    Action("page(1)", "pagedown", "Page down", "A page down", "sheet", "Settings"),
    Action("jump(False)", "home", "First", "The first setting", "sheet", "Settings"),
    Action("jump(True)", "end", "Last", "The last setting", "sheet", "Settings"),
    Action("take", "enter", "Take", "Take the highlighted entry", "choose", "Window", 9),
    Action("move(-1)", "up", "Up", "The entry above", "choose", "Window"),
    Action("move(1)", "down", "Down", "The entry below", "choose", "Window"),
    Action("copy", "y,c", "Copy", "The commands into the clipboard", "dry_run", "Window", 11),
)
