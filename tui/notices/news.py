"""What is new in a snapshot and worth telling: a pure function of what was known and the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.alarms import Alarm, alarms
from tui.notices.notice import Kind, Notice, clean, of_run, outcome, why

if TYPE_CHECKING:
    from engine.events.schema import SignalEvent
    from tui.feed.model import RunInfo, Snapshot

STALLED_AGAIN_S = 600.0
"""A run that falls silent again sooner than this is not told again."""

_ENDS = {"done": Kind.DONE, "failed": Kind.FAILED, "lost": Kind.LOST, "stopped": Kind.STOPPED}
_SIGNALS = {"target_reached": Kind.TARGET, "diverged": Kind.DIVERGED}
_ALARMS = {"disk_nearly_full": Kind.DISK, "device_too_hot": Kind.HEAT}


@dataclass(frozen=True)
class Known:
    """What the snapshots before said, as far as it matters."""

    opened: float
    """When the console was opened: what happened before is told by the list alone."""
    runs: Mapping[str, RunInfo] = field(default_factory=dict)
    stalled: Mapping[str, float] = field(default_factory=dict)
    """When each run was last told to be silent."""
    alarms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The troubles of each machine that has told figures; this one has no name."""


def news(known: Known, snapshot: Snapshot) -> tuple[tuple[Notice, ...], Known]:
    """What is to be told, oldest first, and what is known then."""
    told: list[Notice] = []
    stalled = dict(known.stalled)
    for info in snapshot.runs:
        before = known.runs.get(info.id)
        if before is info or info.view is None:
            continue
        told += _of_signals(before, info, known.opened)
        notice = _of_state(before, info, known.opened, snapshot.now)
        if notice is None:
            continue
        if notice.kind is Kind.STALLED:
            if notice.t - stalled.get(info.id, float("-inf")) < STALLED_AGAIN_S:
                continue
            stalled[info.id] = notice.t
        told.append(notice)
    troubles = dict(known.alarms)
    for place, figures in _figures(snapshot):
        began, troubles[place] = alarms(known.alarms.get(place, frozenset()), figures)
        told += [of_alarm(alarm, snapshot.now, place, quiet=place not in known.alarms) for alarm in began]
    # A clock that is ahead must not make that be seen which has yet to happen.
    told = sorted((replace(notice, t=min(notice.t, snapshot.now)) for notice in told), key=lambda notice: notice.t)
    return tuple(told), Known(
        opened=known.opened,
        runs={info.id: info for info in snapshot.runs},
        stalled=stalled,
        alarms=troubles,
    )


def _figures(snapshot: Snapshot) -> Iterator[tuple[str, Mapping[str, float]]]:
    """What the devices of each machine say; of one that is away nothing is known."""
    if snapshot.figures:
        yield "", snapshot.figures
    for place in snapshot.places:
        if place.connected and place.figures:
            yield place.name, place.figures


def of_end(info: RunInfo, *, quiet: bool = False) -> Notice | None:
    """The notice of a run that has ended; None where it has not."""
    view = info.view
    kind = _ENDS.get(view.state) if view is not None else None
    if view is None or kind is None or view.ended is None:
        return None
    said = outcome(view) if kind is Kind.DONE else why(view)
    return of_run(kind, info, view.ended, said, quiet=quiet or kind is Kind.STOPPED)


def of_signal(info: RunInfo, event: SignalEvent, *, quiet: bool = False) -> Notice | None:
    """The notice of a signal; None of one that is not told, such as a plateau."""
    kind = _SIGNALS.get(event.kind)
    return of_run(kind, info, event.t, event.message, quiet=quiet) if kind is not None else None


def of_alarm(alarm: Alarm, t: float, place: str = "", *, quiet: bool = False) -> Notice:
    """The notice of a trouble of a machine, by default of this one."""
    return Notice(_ALARMS[alarm.kind], t, name=clean(place, 48), text=clean(alarm.message), quiet=quiet)


def _of_signals(before: RunInfo | None, info: RunInfo, opened: float) -> Iterator[Notice]:
    if not info.signals or (before is not None and info.signals == before.signals):
        return
    # Not by their times: those of another machine are moved by how far its clock is ahead, as measured each time.
    seen = {(event.kind, event.seq) for event in before.signals} if before is not None else set()
    for event in info.signals:
        notice = of_signal(info, event)
        if notice is not None and (event.kind, event.seq) not in seen and event.t >= opened:
            yield notice


def _of_state(before: RunInfo | None, info: RunInfo, opened: float, now: float) -> Notice | None:
    view = info.view
    assert view is not None
    was = before.view if before is not None else None
    if was is not None and (was.state, was.attempt) == (view.state, view.attempt):
        return None
    if view.state == "stalled":
        # Seen like this for the first time, it may have been so for long.
        silent = f"nothing written for {view.last_event_age_s:.0f} s" if view.last_event_age_s is not None else ""
        return of_run(Kind.STALLED, info, now, silent) if was is not None else None
    if was is None and (view.ended is None or view.ended < opened):
        return None
    return of_end(info)
