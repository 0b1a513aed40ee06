"""Data: which datasets there are, what is in them, and making more."""

from __future__ import annotations

from tui.actions.action import Action

ACTIONS = (
    Action("generate", "g", "Generate", "Make a dataset by the recipe of a profile", "data", "Datasets", 10, True),
    Action("import_files", "i", "Import", "Make a dataset of files of examples", "data", "Datasets", 11, True),
    Action("train", "enter", "Train", "Open Train with this dataset chosen", "data", "Datasets", 12, True, "Enter"),
    Action(
        "search", "slash", "Find", "Only datasets in which these words stand", "data", "Datasets", 13, shown_key="/"
    ),
    Action("next_pane", "p", "Pane", "Examples, classes or facts, where one of them fits", "data", "Datasets", 14),
    Action("curate", "c", "Curate", "Look for what is wrong with its pictures", "data", "Datasets", 20, True),
    Action("label", "L", "Label", "Give folders labels, for the next dataset", "data", "Datasets", 21, True),
    Action("move(-1)", "up,k", "Up", "The dataset above", "data", "Datasets", shown_key="↑"),
    Action("move(1)", "down,j", "Down", "The dataset below", "data", "Datasets", shown_key="↓"),
    Action("move(-10)", "pageup", "Page up", "Ten datasets up", "data", "Datasets", shown_key="PgUp"),
    Action("move(10)", "pagedown", "Page down", "Ten datasets down", "data", "Datasets", shown_key="PgDn"),
    Action("jump(False)", "home", "Newest", "The newest dataset", "data", "Datasets", shown_key="Home"),
    Action("jump(True)", "end", "Oldest", "The oldest dataset", "data", "Datasets", shown_key="End"),
    Action("page(1)", "right,l", "Examples", "The next examples", "data", "Examples", 15, shown_key="→"),
    Action("page(-1)", "left,h", "Examples before", "The examples before", "data", "Examples", shown_key="←"),
    Action("next_split", "s", "Split", "Train, validation or test", "data", "Examples", 16),
    Action("choose_class", "f", "Class", "Only examples of one class, then all again", "data", "Examples", 17),
    Action("make", "ctrl+g,f9", "Make", "Make what is shown", "make", "Window", 10, True, "^g"),
    Action("complete", "tab", "Complete", "Complete the path that is typed", "make", "Window", 11, shown_key="Tab"),
    Action("more(1)", "pagedown", "More", "More examples", "make", "Window", 12, shown_key="PgDn"),
    Action("more(-1)", "pageup", "Examples before", "The examples before", "make", "Window", shown_key="PgUp"),
    Action("step(-1)", "up", "Up", "The entry above", "make", "Window", shown_key="↑"),
    Action("step(1)", "down,enter", "Next", "The entry below", "make", "Window", 13, shown_key="↓"),
    Action(
        "dismiss_window",
        "escape",
        "Close",
        "End what is being made; then close",
        "make",
        "Window",
        20,
        shown_key="Esc",
    ),
    Action(
        "leave",
        "escape",
        "Back",
        "Take the filter away, then back to Monitor",
        "data",
        "Datasets",
        80,
        shown_key="Esc",
    ),
)
