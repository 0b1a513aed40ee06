"""Label. Small letters are labels, and stand beside them on the screen."""

from __future__ import annotations

from tui.actions.action import BACK, Action

ACTIONS = (
    Action("accept", "enter", "Accept", "Give the label that is suggested", "label", "Label", 10, True, "Enter"),
    Action("skip", "space", "Skip", "Put it off until the others are done", "label", "Label", 11, True, "Space"),
    Action("undo", "backspace", "Undo", "Take back the last label, skip or note", "label", "Label", 12, True, "Bksp"),
    Action("why", "W", "Why", "The labelled folders that are most like this one", "label", "Label", 13),
    Action("note", "N", "Note", "Write something down about the folder", "label", "Label", 14, True),
    Action("search", "slash", "Find", "Find folders by words of their path", "label", "Label", 15, shown_key="/"),
    Action("move(-1)", "left", "Earlier", "Back to the folder before", "label", "Label", 18, shown_key="←"),
    Action("move(1)", "right", "Later", "On; this folder stays to be done", "label", "Label", shown_key="→"),
    Action("next_set", "Y", "Taxonomy", "Label in the next taxonomy of the profiles", "label", "Label", 24),
    Action("next_batch", "B", "Batch", "Propose the folders that teach the model most", "label", "Learn", 16, True),
    Action("train", "ctrl+g,f9", "Train", "Train a model on the labels", "label", "Learn", 17, True, "^g"),
    Action("next_pass", "P", "Pass", "Label again, blind; and back", "label", "Agreement", 22, True),
    Action("agreement", "A", "Agreement", "How far passes and people agree", "label", "Agreement", 23),
    Action("export", "X", "Export", "Write the labels to a CSV file", "label", "Agreement", 21, True),
    Action("leave", "escape", "Back", BACK, "label", "Label", 80, shown_key="Esc"),
)
