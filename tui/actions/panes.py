"""Panes that have keys of their own while they have the focus; what they share with a screen stands there.

The last ones are Textual's own widgets: their keys are listed here so that help and docs know them.
"""

from __future__ import annotations

from tui.actions.action import Action

OF_TEXTUAL = {"OptionList": "list", "ScrollableContainer": "page", "Screen": "focus"}
"""Class of Textual's → place of its actions."""

ACTIONS = (
    Action("move(-1)", "up,k", "Up", "The run above", "runs", "Runs"),
    Action("move(1)", "down,j", "Down", "The run below", "runs", "Runs"),
    Action("page(-1)", "pageup", "Page up", "A page of runs up", "runs", "Runs"),
    Action("page(1)", "pagedown", "Page down", "A page of runs down", "runs", "Runs"),
    Action("jump(False)", "home", "First", "The first run", "runs", "Runs"),
    Action("jump(True)", "end", "Last", "The last run", "runs", "Runs"),
    Action("mark", "space", "Mark", "Compare: draw this run's curves too, of at most eight", "runs", "Runs", 15),
    Action("choose", "enter", "Details", "What the run was started with", "runs", "Runs", 14),
    Action("scroll_by(-1)", "up,k", "Up", "The line above; the log stands still", "log", "Log"),
    Action("scroll_by(1)", "down,j", "Down", "The line below", "log", "Log"),
    Action("scroll_page(-1)", "pageup", "Page up", "A page of lines up", "log", "Log"),
    Action("scroll_page(1)", "pagedown", "Page down", "A page of lines down", "log", "Log"),
    Action("first", "home", "First", "The oldest line that is kept", "log", "Log"),
    Action("follow", "end,f", "Follow", "The newest lines, as they come", "log", "Log", 16),
    Action("cursor(-1)", "left", "Cursor left", "Move the value cursor back", "chart", "Chart"),
    Action("cursor(1)", "right", "Cursor right", "Read the values under a cursor", "chart", "Chart"),
    Action("cursor_end(False)", "home", "First point", "The cursor to the first point", "chart", "Chart"),
    Action("cursor_end(True)", "end", "Last point", "The cursor to the last point", "chart", "Chart"),
    Action("hide_cursor", "escape", "No cursor", "Take the cursor away", "chart", "Chart"),
    Action("zoom(True)", "plus,equals_sign", "Zoom", "Halve the part shown", "chart", "Chart"),
    Action("zoom(False)", "minus", "Zoom out", "Double the part shown", "chart", "Chart"),
    Action("pan(False)", "shift+left,less_than_sign", "Earlier", "Move left", "chart", "Chart"),
    Action("pan(True)", "shift+right,greater_than_sign", "Later", "Move right", "chart", "Chart"),
    Action("reset", "0", "Whole", "Show the whole run again", "chart", "Chart"),
    Action("smooth", "e", "Smooth", "Next strength of smoothing: off, 0.6, 0.9, 0.98", "chart", "Chart"),
    Action("scale", "y", "Log", "Logarithmic or linear values", "chart", "Chart"),
    Action("axis", "x", "Axis", "Next axis: step, epoch, time", "chart", "Chart"),
    Action("select", "space", "Tick", "Take it, or leave it out", "ticks", "List", 12),
    Action("cursor_up", "up", "Up", "The entry above", "list", "List"),
    Action("cursor_down", "down", "Down", "The entry below", "list", "List"),
    Action("page_up", "pageup", "Page up", "A page of entries up", "list", "List"),
    Action("page_down", "pagedown", "Page down", "A page of entries down", "list", "List"),
    Action("first", "home", "First", "The first entry", "list", "List"),
    Action("last", "end", "Last", "The last entry", "list", "List"),
    Action("select", "enter", "Choose", "Take the entry", "list", "List"),
    Action("submit", "enter", "Done", "What is written is meant", "field", "Field"),
    Action("cursor_left", "left", "Left", "A letter to the left", "field", "Field"),
    Action("cursor_right", "right", "Right", "A letter to the right", "field", "Field"),
    Action("cursor_left_word", "ctrl+left", "Word left", "A word to the left", "field", "Field"),
    Action("cursor_right_word", "ctrl+right", "Word right", "A word to the right", "field", "Field"),
    Action("home", "home", "Start", "Before the first letter", "field", "Field"),
    Action("end", "end,ctrl+e", "End", "Behind the last letter", "field", "Field"),
    Action("delete_left", "backspace", "Delete", "The letter before the cursor", "field", "Field"),
    Action("delete_right", "delete,ctrl+d", "Delete right", "The letter under the cursor", "field", "Field"),
    Action("delete_left_word", "ctrl+w,alt+backspace", "Delete word", "The word before the cursor", "field", "Field"),
    Action("delete_left_all", "ctrl+u", "Delete before", "All before the cursor", "field", "Field"),
    Action("delete_right_all", "ctrl+k", "Delete after", "All behind the cursor", "field", "Field"),
    Action("cursor_left(True)", "shift+left", "Select left", "Select to the left", "field", "Field"),
    Action("cursor_right(True)", "shift+right", "Select right", "Select to the right", "field", "Field"),
    Action("home(True)", "shift+home", "Select start", "Select all before the cursor", "field", "Field"),
    Action("end(True)", "shift+end", "Select end", "Select all behind the cursor", "field", "Field"),
    Action("cut", "ctrl+x", "Cut", "Take the selection out, to paste it", "field", "Field"),
    Action("copy", "ctrl+c", "Copy", "Keep the selection, to paste it", "field", "Field"),
    Action("paste", "ctrl+v", "Paste", "What was cut or copied", "field", "Field"),
    Action("scroll_up", "up", "Up", "A line up", "page", "Page"),
    Action("scroll_down", "down", "Down", "A line down", "page", "Page"),
    Action("page_up", "pageup", "Page up", "A page up", "page", "Page"),
    Action("page_down", "pagedown", "Page down", "A page down", "page", "Page"),
    Action("scroll_home", "home", "First", "To the beginning", "page", "Page"),
    Action("scroll_end", "end", "Last", "To the end", "page", "Page"),
)
