"""The keys that work on every screen."""

from __future__ import annotations

from tui.actions.action import Action

MENU = (
    Action("open('data')", "1,f1", "Data", "Look at training data, and make more", "app", "Screens"),
    Action("open('train')", "2,f2", "Train", "Choose a profile and start runs", "app", "Screens", changes=True),
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
    Action("help", "question_mark", "Help", "All keys that work here", "app", "Console", 90, shown_key="?"),
    Action(
        "command_palette", "ctrl+p", "Commands", "Find an action by its name", "app", "Console", 91, shown_key="^p"
    ),
    Action("next_theme", "t", "Colours", "Dark, light, or the terminal's own colours", "app", "Console"),
    Action("quit", "q,ctrl+q", "Quit", "Close the console; training goes on", "app", "Console", 92),
)
