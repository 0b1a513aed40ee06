"""In what order the runs stand. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal

from tui.feed.model import RunInfo
from tui.screens.rows import LIVE

Order = Literal["newest", "name", "metric", "progress"]
ORDERS: tuple[Order, ...] = ("newest", "name", "metric", "progress")


def next_order(order: Order) -> Order:
    """The one after it; the first after the last."""
    return ORDERS[(ORDERS.index(order) + 1) % len(ORDERS)]


def ordered(runs: Sequence[RunInfo], order: Order, pinned: Collection[str] = ()) -> list[RunInfo]:
    """Pinned runs first, each part in the order asked for. `runs` come newest first."""
    arranged = _newest(runs) if order == "newest" else sorted(runs, key=_KEYS[order])
    if not pinned:
        return arranged
    return [run for run in arranged if run.id in pinned] + [run for run in arranged if run.id not in pinned]


def state_of(run: RunInfo) -> str:
    """Its state; one that cannot be read counts as failed."""
    return run.view.state if run.view is not None else "failed"


def _newest(runs: Sequence[RunInfo]) -> list[RunInfo]:
    """Those that work, then those that wait in the order of the queue, then those that ended, newest first."""
    waiting: list[RunInfo] = []
    working: list[RunInfo] = []
    ended: list[RunInfo] = []
    for run in runs:
        state = state_of(run)
        (waiting if state == "queued" else working if state in LIVE else ended).append(run)
    return [*working, *reversed(waiting), *ended]


def _by_name(run: RunInfo) -> tuple[str, str]:
    view = run.view
    return (f"{view.profile}/{view.model}" if view is not None else "~", run.place)


def _by_metric(run: RunInfo) -> tuple[bool, str, float]:
    """By metric, so that only figures that compare stand together, and the best first."""
    view = run.view
    if view is None or view.score is None or view.score != view.score:
        return (True, "", 0.0)
    downwards = any(target.metric == view.headline and target.at_least is None for target in view.targets)
    return (False, view.headline, view.score if downwards else -view.score)


def _by_progress(run: RunInfo) -> float:
    progress = run.view.progress if run.view is not None else None
    return -progress.step / progress.steps if progress is not None and progress.steps else 1.0


_KEYS: dict[str, Callable[[RunInfo], Any]] = {"name": _by_name, "metric": _by_metric, "progress": _by_progress}
