"""Monitor: runs, and their charts."""

from __future__ import annotations

from tui.actions.action import Action

ACTIONS = (
    Action("stop", "s", "Stop", "Stop the run: after this step, or now", "monitor", "Runs", 10, changes=True),
    Action("resume", "r", "Resume", "Go on from the run's last checkpoint", "monitor", "Runs", 11, changes=True),
    Action("report", "o", "Report", "Read the evaluation on the held-out test split", "monitor", "Runs", 12),
    Action("try_model", "v", "Try", "Open the run's model in Validate", "monitor", "Runs", 13),
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
)
