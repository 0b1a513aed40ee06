"""A run of the catalogue as it is told, and what changed since. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from engine.attach.protocol import LATEST, MOST_SIGNALS, Facts, Goal, Raised, Steps
from engine.runs.info import RunInfo

SEEN_S = 4.0
"""The time of the last event is told again when it is so much later."""
_MOVING = frozenset({"progress", "seen"})
_NAMES = tuple(name for name in Facts.__struct_fields__ if name != "id")


def facts_of(info: RunInfo, trend: Sequence[float] = ()) -> Facts:
    """Everything that is told of a run, with no field left out."""
    view = info.view
    if view is None:
        return Facts(id=info.id, state="unreadable", problem=_cut(info.problem, 2000))
    progress = view.progress
    return Facts(
        id=info.id,
        state=view.state,
        problem="",
        profile=_cut(view.profile),
        model=_cut(view.model),
        task=_cut(view.task),
        reason=None if view.reason is None else _cut(view.reason, 2000),
        message=_cut(view.message, 2000),
        attempt=view.attempt,
        started=_time(view.started),
        ended=_time(view.ended),
        seen=_time(info.last_event_t),
        progress=None
        if progress is None
        else Steps(
            t=_time(progress.t) or 0.0,
            phase=_cut(progress.phase),
            step=progress.step,
            steps=progress.steps,
            epoch=progress.epoch,
            epochs=progress.epochs,
            rate=progress.rate,
        ),
        headline=_cut(view.headline),
        score=_finite(view.score),
        score_split=_cut(view.score_split),
        targets=tuple(Goal(_cut(goal.metric), goal.at_least, goal.at_most) for goal in view.targets[:50]),
        device=_cut(view.device),
        has_model=info.has_model,
        has_report=info.has_report,
        trend=tuple(trend),
        signals=tuple(
            Raised(event.t, event.seq, event.kind, _cut(event.message))
            for event in info.signals[-MOST_SIGNALS:]
            if _time(event.t) is not None
        ),
    )


def changes(before: Facts | None, after: Facts) -> Facts | None:
    """What to tell after `before` was told; None where nothing is worth it."""
    if before is None:
        return after
    changed = {
        name: getattr(after, name) for name in _NAMES if _differs(name, getattr(before, name), getattr(after, name))
    }
    return Facts(id=after.id, **changed) if changed else None


def only_moves(change: Facts) -> bool:
    """Whether a change says no more than that a run goes on."""
    return all(name in _MOVING or getattr(change, name) is UNSET for name in _NAMES)


def merged(before: Facts | None, change: Facts) -> Facts:
    """What is known after a change was told."""
    if before is None:
        return change
    given = {name: value for name in _NAMES if (value := getattr(change, name)) is not UNSET}
    return msgspec.structs.replace(before, **given)


def _differs(name: str, before: object, after: object) -> bool:
    if name == "seen" and isinstance(before, float) and isinstance(after, float):
        return abs(after - before) >= SEEN_S
    return before != after


def _cut(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _time(value: float | None) -> float | None:
    """A script may write any number as its time."""
    return value if value is not None and 0 <= value <= LATEST else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
