"""Earlier runs, datasets and choices as entries of a window. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tui.feed.model import RunInfo
from tui.theme import BOLD, Role
from tui.train.desk import DatasetSeen
from tui.train.draft import NEWEST
from tui.train.sheet import Row
from tui.widgets.cells import Line
from tui.widgets.durations import past
from tui.widgets.states import state_cell

Entries = list[tuple[str, Line]]
"""Name and line of each."""


def run_entries(runs: Sequence[RunInfo], now: float, *, ascii_only: bool = False) -> Entries:
    """Runs whose settings can be copied, newest first."""
    found: Entries = []
    widest = max((len(run.id) for run in runs), default=0)
    for run in runs:
        view = run.view
        if view is None:
            continue
        score = f"{view.headline} {view.score:.4f}" if view.score is not None else ""
        since = past(now - view.started) if view.started is not None else ""
        (state, role), *_ = state_cell(view.state, ascii_only=ascii_only)
        line: Line = (
            (f"{run.id:<{widest}}  ", Role.TITLE | BOLD),
            (f"{state:<10} ", role),
            (f"{score:<18} ", Role.TEXT),
            (since, Role.MUTED),
        )
        found.append((run.id, line))
    return found


def dataset_entries(datasets: Sequence[DatasetSeen], now: float) -> Entries:
    """The newest, found when the run starts, then each that there is."""
    first: Line = (("the newest", Role.TITLE | BOLD), ("  what is imported, else what the recipe makes", Role.MUTED))
    found: Entries = [(NEWEST, first)]
    for one in datasets:
        counts = ", ".join(f"{name} {count:,}" for name, count in one.counts)
        line: Line = (
            (f"{one.id}  ", Role.TITLE | BOLD),
            (f"{counts}  ", Role.TEXT),
            (f"{one.source}, {past(now - one.created)}", Role.MUTED),
        )
        found.append((one.id, line))
    return found


def choice_entries(row: Row) -> Entries:
    """The choices of a setting, each with what it is besides."""
    setting = row.setting
    assert setting is not None
    found: Entries = []
    for choice in setting.choices:
        notes = [setting.without_origin] if choice == setting.without else []
        notes += ["default"] if choice == setting.default and "default" not in notes else []
        line: Line = (
            (choice, Role.TITLE | BOLD if choice == row.value else Role.TEXT),
            (f"  {', '.join(notes)}", Role.MUTED),
        )
        found.append((choice, line))
    return found
