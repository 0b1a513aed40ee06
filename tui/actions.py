"""Every action of the console, once. Key bindings, the footer, the command palette and help come from here."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Action:
    """Something that the operator can do."""

    name: str
    """The method `action_NAME` of the application or screen that does it."""
    keys: str
    """Comma-separated; the first is shown."""
    title: str
    """One or two words, for the footer."""
    help: str
    """A sentence, for help and palette."""
    place: str
    """`app`, or the screen that has it."""
    group: str
    """Heading in help."""
    footer: int = 0
    """Order in the footer; 0 leaves it out."""
    changes: bool = False
    """Changes something outside the console: absent with --readonly."""
    shown_key: str = ""
    """How the key is written, where Textual's name for it is not what people say."""

    @property
    def key_label(self) -> str:
        """The first key as people write it."""
        return self.shown_key or self.keys.split(",")[0]


BACK = "Leave the field; once more goes back to Monitor"

MENU = (
    Action("open('generate')", "1,f1", "Data", "Make training data from a recipe", "app", "Screens", changes=True),
    Action("open('start')", "2,f2", "Train", "Choose a profile and start runs", "app", "Screens", changes=True),
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

ACTIONS: tuple[Action, ...] = (
    *MENU,
    Action("help", "question_mark", "Help", "All keys that work here", "app", "Console", 90, shown_key="?"),
    Action(
        "command_palette", "ctrl+p", "Commands", "Find an action by its name", "app", "Console", 91, shown_key="^p"
    ),
    Action("next_theme", "t", "Colours", "Dark, light, or the terminal's own colours", "app", "Console"),
    Action("quit", "q,ctrl+q", "Quit", "Close the console; training goes on", "app", "Console", 92),
    # Monitor: what can be done with a run
    Action("stop", "s", "Stop", "Stop the run: after this step, or now", "monitor", "Runs", 10, changes=True),
    Action("resume", "r", "Resume", "Go on from the run's last checkpoint", "monitor", "Runs", 11, changes=True),
    Action("report", "o", "Report", "Read the evaluation on the held-out test split", "monitor", "Runs", 12),
    Action("try_model", "v", "Try", "Open the run's model in Validate", "monitor", "Runs", 13),
    Action("choose", "enter", "Details", "What the run was started with", "runs", "Runs", 14, shown_key="Enter"),
    Action("mark", "space", "Mark", "Compare: draw this run's curves too", "runs", "Runs", 15, shown_key="Space"),
    Action("move(-1)", "up,k", "Up", "The run above", "runs", "Runs", shown_key="↑"),
    Action("move(1)", "down,j", "Down", "The run below", "runs", "Runs", shown_key="↓"),
    # Monitor: charts
    Action("smooth", "e", "Smooth", "Next strength of smoothing: off, 0.6, 0.9, 0.98", "monitor", "Charts", 20),
    Action("log_scale", "y", "Log", "Logarithmic or linear values", "monitor", "Charts", 21),
    Action("axis", "x", "Axis", "Next axis: step, epoch, time", "monitor", "Charts", 22),
    Action("zoom(True)", "plus,equals_sign", "Zoom", "Halve the part shown", "monitor", "Charts", 23, shown_key="+"),
    Action("zoom(False)", "minus", "Zoom out", "Double the part shown", "monitor", "Charts", shown_key="-"),
    Action("pan(False)", "less_than_sign,comma", "Earlier", "Move left", "monitor", "Charts", shown_key="<"),
    Action("pan(True)", "greater_than_sign,full_stop", "Later", "Move right", "monitor", "Charts", shown_key=">"),
    Action("zoom_all", "0", "Whole", "Show the whole run again", "monitor", "Charts"),
    Action("cursor(1)", "right", "Cursor", "Read the values under a cursor", "monitor", "Charts", 24, shown_key="→"),
    Action("cursor(-1)", "left", "Cursor left", "Move the value cursor back", "monitor", "Charts", shown_key="←"),
    Action("cursor_off", "escape", "No cursor", "Take the cursor away", "monitor", "Charts", 19, shown_key="Esc"),
    Action("next_metrics", "n", "More", "The next metrics, when there are more than fit", "monitor", "Charts", 25),
    Action("big_chart", "f", "Full", "One chart over the whole screen, and back", "monitor", "Charts", 26),
    Action("next_pane", "p", "Pane", "Charts, log or devices, where one of them fits", "monitor", "Charts", 16),
    # Forms
    Action("submit", "ctrl+g,f9", "Start", "Start training as the plan says", "start", "Form", 10, True, "^g"),
    Action("submit", "ctrl+g,f9", "Generate", "Make the datasets", "generate", "Form", 10, True, "^g"),
    Action("submit", "ctrl+g,f9", "Ask", "Ask the model", "validate", "Form", 10, shown_key="^g"),
    Action(
        "next_example",
        "ctrl+n",
        "Example",
        "Fill in a sample of the model's own",
        "validate",
        "Form",
        11,
        shown_key="^n",
    ),
    Action("leave", "escape", "Back", BACK, "start", "Form", 80, shown_key="Esc"),
    Action("leave", "escape", "Back", BACK, "generate", "Form", 80, shown_key="Esc"),
    Action("leave", "escape", "Back", BACK, "validate", "Form", 80, shown_key="Esc"),
    # Label: small letters are labels, and stand beside them on the screen
    Action("accept", "enter", "Accept", "Give the label that is suggested", "label", "Label", 10, True, "Enter"),
    Action("skip", "space", "Skip", "Put it off until the others are done", "label", "Label", 11, True, "Space"),
    Action("undo", "backspace", "Undo", "Take back the last label, skip or note", "label", "Label", 12, True, "Bksp"),
    Action("why", "W", "Why", "The labelled folders that are most like this one", "label", "Label", 13),
    Action("note", "N", "Note", "Write something down about the folder", "label", "Label", 14, True),
    Action("search", "slash", "Search", "Find folders by words of their path", "label", "Label", 15, shown_key="/"),
    Action("move(-1)", "left", "Earlier", "Back to the folder before", "label", "Label", 18, shown_key="←"),
    Action("move(1)", "right", "Later", "On; this folder stays to be done", "label", "Label", shown_key="→"),
    Action("next_set", "Y", "Taxonomy", "Label in the next taxonomy of the profiles", "label", "Label", 24),
    Action("next_batch", "B", "Batch", "Propose the folders that teach the model most", "label", "Learn", 16, True),
    Action("train", "ctrl+g,f9", "Train", "Train a model on the labels", "label", "Learn", 17, True, "^g"),
    Action("next_pass", "P", "Pass", "Label again, blind; and back", "label", "Agreement", 22, True),
    Action("agreement", "A", "Agreement", "How far passes and people agree", "label", "Agreement", 23),
    Action("export", "X", "Export", "Write the labels to a CSV file", "label", "Agreement", 21, True),
    Action("leave", "escape", "Back", BACK, "label", "Label", 80, shown_key="Esc"),
    # Curate
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
    # Models: capital letters change what is in use
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
    # Windows over a screen
    Action("dismiss_window", "escape,q", "Close", "Close this window", "window", "Window", 10, shown_key="Esc"),
)
"""All of them."""


def actions_of(place: str) -> list[Action]:
    """The actions of the application or of one screen."""
    return [action for action in ACTIONS if action.place == place]


def bindings_of(place: str) -> list[BindingType]:
    """Textual bindings for a `BINDINGS` attribute. Each has an id, so that keys can be remapped."""
    return [
        Binding(
            action.keys,
            action.name,
            action.title,
            show=action.footer > 0,
            key_display=action.key_label,
            tooltip=action.help,
            id=f"{action.place}.{action.name}",
        )
        for action in actions_of(place)
    ]


def action_of(binding: Binding) -> Action | None:
    """The action that a binding stands for, by the place in its id: a screen, or a widget with keys of its own."""
    place = (binding.id or "").split(".", 1)[0]
    return next((action for action in ACTIONS if (action.place, action.name) == (place, binding.action)), None)
