"""Which places can be meant by one key at the same time: a focused pane, its screen, and the console. Pure."""

from __future__ import annotations

from tui.actions.panes import OF_TEXTUAL

CONSOLE, FOCUS = "app", "focus"
SCREENS = ("data", "train", "monitor", "validate", "models", "label", "curate")
_PANES = {"runs": "monitor", "filter": "monitor", "log": "monitor", "sheet": "train", "ticks": ""}
"""Pane → the screen that it stands on; empty where it stands on several."""
_TITLES = {
    CONSOLE: "The console",
    FOCUS: "From pane to pane",
    "runs": "Table of runs",
    "sheet": "Settings of Train",
    "choose": "Choosing one",
    "rowlist": "Rows",
    "ticks": "List to tick",
    "list": "Lists",
    "field": "Fields",
    "page": "Pages",
    "window": "Every window",
    "make": "Making a dataset",
    "relabel": "Another label",
    "spans": "Correcting entities",
    "boxes": "Correcting boxes",
    "batch": "A whole file",
    "pick": "Picking a sample",
}


def title_of(place: str) -> str:
    """What people call a place."""
    return _TITLES.get(place) or place.replace("_", " ").capitalize()


def rank(place: str) -> int:
    """The focused pane before its screen, the screen before the console."""
    if place in (CONSOLE, FOCUS):
        return 2
    return 1 if place in SCREENS else 0


def meet(one: str, other: str) -> bool:
    """Whether a key of one place can hide the same key of another."""
    if one == other or FOCUS in (one, other):
        return True
    below, above = sorted((one, other), key=rank)
    if rank(below) == rank(above):
        return False
    if below in SCREENS:
        return True
    if below in (*OF_TEXTUAL.values(), "field"):
        return above == CONSOLE
    screen = _PANES.get(below)
    # What is no screen and no known pane is a window, and a window hides all that lies below it.
    return screen is not None and (above == CONSOLE or not screen or screen == above)
