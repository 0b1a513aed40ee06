"""The keys that work on every screen."""

from __future__ import annotations

from tui.actions.action import Action

MENU = (
    Action("open('data')", "1,f1", "Data", "Look at training data, and make more", "app", "Screens"),
    Action("open('train')", "2,f2", "Train", "Choose a profile and start runs", "app", "Screens"),
    Action("open('monitor')", "3,f3", "Monitor", "Watch every run", "app", "Screens"),
    Action("open('validate')", "4,f4", "Validate", "Try a trained model on your own text", "app", "Screens"),
    Action("open('models')", "5,f5", "Models", "Put versions into production, and back out", "app", "Screens"),
    Action(
        "open('label')", "6,f6", "Label", "Say what folders are, for a model to learn", "app", "Screens", changes=True
    ),
    Action(
        "open('curate')",
        "7,f7",
        "Curate",
        "Go through what is wrong with pictures of a dataset",
        "app",
        "Screens",
        changes=True,
    ),
)
"""The screens, in the order of their numbers."""

ACTIONS = (
    *MENU,
    Action("help", "question_mark", "Help", "The keys that work here", "app", "Console", 90),
    Action("commands", "ctrl+p,colon", "Commands", "Find what you can do by its name", "app", "Console", 91),
    Action("notices", "w,f12", "Notices", "What happened, also while you were away", "app", "Console"),
    Action(
        "next_theme",
        "t",
        "Colours",
        "The next colours: dark, light, colour-blind, the terminal's own",
        "app",
        "Console",
    ),
    # F10 as in htop: it works while letters go into a field. Ctrl+Q may never arrive: it is flow control.
    Action("quit", "q,f10", "Quit", "Close the console; training goes on", "app", "Console", 92),
    Action("how_to_quit", "ctrl+c", "How to quit", "Say how the console is closed", "app", "Console"),
    Action("app.focus_next", "tab", "Next pane", "The next pane or field", "focus", "Console"),
    Action("app.focus_previous", "shift+tab", "Pane before", "The pane or field before", "focus", "Console"),
)
