"""What can be done in Monitor now. Pure: the screen asks with what it sees."""

from __future__ import annotations

from dataclasses import dataclass

from tui.actions.monitor import ACTIONS
from tui.feed.model import RunInfo
from tui.monitor.stops import asked_for

ENDED = ("done", "stopped", "failed", "lost")
CHANGING = frozenset(action.name.partition("(")[0] for action in ACTIONS if action.changes)
OF_CHARTS = frozenset(
    {"smooth", "log_scale", "axis", "zoom", "pan", "zoom_all", "cursor", "next_metrics", "big_chart", "next_pane"}
)
"""Whether these do anything is known to the panes alone."""


@dataclass(frozen=True)
class Situation:
    """What the screen sees."""

    run: RunInfo | None
    """Under the cursor."""
    marked: tuple[RunInfo, ...] = ()
    readonly: bool = False
    any_runs: bool = True
    filtering: bool = False
    """A filter is set, or being written."""
    has_cursor: bool = False
    big: bool = False
    """One chart fills the screen."""


def possible(action: str, now: Situation) -> bool:
    """Whether an action on runs, or on the table, does anything."""
    if now.readonly and action in CHANGING:
        return False
    run, view = now.run, now.run.view if now.run is not None else None
    state = view.state if view is not None else None
    match action:
        case "stop":
            return bool(asked_for(now.marked, run))
        case "resume":
            return view is not None and state in ("stopped", "failed", "lost") and view.task != "external"
        case "clone":
            return view is not None and view.task != "external"
        case "report":
            return run is not None and run.has_report
        case "try_model":
            return run is not None and run.has_model and state in ENDED and not run.place
        case "details" | "log" | "moments":
            return view is not None
        case "differ":
            return len(compared(now.marked, run)) > 1
        case "pin":
            return run is not None
        case "filter" | "sort":
            return now.any_runs
        case "clear":
            return now.has_cursor or now.big or now.filtering
        case "unmark":
            return bool(now.marked)
    return True


def compared(marked: tuple[RunInfo, ...], highlighted: RunInfo | None) -> list[RunInfo]:
    """The runs whose settings are set side by side: the marked ones; one alone with that under the cursor."""
    readable = [run for run in marked if run.view is not None]
    if len(readable) == 1 and highlighted is not None and highlighted.view is not None:
        return readable if highlighted is readable[0] else [highlighted, *readable]
    return readable
