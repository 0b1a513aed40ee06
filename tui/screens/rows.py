"""A run as a row of the table. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.feed.model import RunDetail, RunInfo
from tui.widgets.gauge import Goal
from tui.widgets.run_row import RunRow

if TYPE_CHECKING:
    from engine.events.schema import ProgressEvent
    from engine.runs.state import RunView

LIVE = ("running", "stalled", "stopping", "starting", "queued")
"""States of runs that stand above those that ended."""


def row_of(
    info: RunInfo, detail: RunDetail | None, now: float, *, named: bool = True, host: str = "", away: bool = False
) -> RunRow:
    """What the table shows of a run, with the name of its profile where there are several, and of its machine.

    `away`: that machine is not reachable.

    A directory that is no run shows its problem.
    """
    view = info.view
    if view is None:
        return RunRow(info.id, info.id, "failed", phase=info.problem, host=host, away=away)
    live = view.state in LIVE
    progress = (detail.progress if detail else None) or view.progress
    return RunRow(
        id=info.id,
        model=model_of(info, named=named),
        state=view.state,
        phase=f"was {view.state}" if away and live else phase_of(view, progress),
        step=progress.step if progress else 0,
        steps=progress.steps if progress else 0,
        epoch=progress.epoch if progress else 0.0,
        epochs=progress.epochs if progress else 0.0,
        eta_s=left_s(progress) if view.state == "running" and not away else None,
        metric=view.headline,
        value=view.score,
        goal=goal_of(view),
        history=detail.trend if detail else (),
        device=view.device,
        age_s=None if info.last_event_t is None else max(0.0, now - info.last_event_t) if live else None,
        host=host,
        away=away,
    )


def model_of(info: RunInfo, *, named: bool) -> str:
    """`utility/ner`: with the profile where there are several."""
    assert info.view is not None
    return f"{info.view.profile}/{info.view.model}" if named else info.view.model


def phase_of(view: RunView, progress: ProgressEvent | None) -> str:
    """What a live run does, or why one ended."""
    if view.state in ("failed", "lost", "stopped"):
        return (view.reason or "").removeprefix(f"{view.state} ")
    if view.state == "queued":
        return "in the queue"
    if view.state in LIVE and progress is not None:
        return progress.phase
    return ""


def left_s(progress: ProgressEvent | None) -> float | None:
    """Seconds to the last step at the present rate, which leaves out loading and warming up."""
    if progress is None or progress.rate <= 0 or not progress.steps:
        return None
    return max(0, progress.steps - progress.step) / progress.rate


def goal_of(view: RunView) -> Goal | None:
    """The target of the headline metric."""
    target = next((target for target in view.targets if target.metric == view.headline), None)
    return Goal(target.at_least, target.at_most) if target is not None else None
