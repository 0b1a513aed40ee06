"""What happened while nobody looked, read from what runs wrote themselves. Blocks; called in a thread."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from engine.events.schema import SignalEvent
from engine.runs.paths import RunPaths
from engine.runs.signals_seen import signal_lines
from tui.notices.news import of_end, of_signal
from tui.notices.notice import Kind, Notice, clean, of_run

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from tui.feed.model import RunInfo

MOST_RUNS = 300
"""Whose files are read, newest first."""
MOST_BYTES = 8 * 1024 * 1024
"""Of the end of a run's events: signals are few, and the steps between them many."""
MOST_STATUS_BYTES = 1024 * 1024

_OF_WORKER = {"stalled": Kind.STALLED, "disk_nearly_full": Kind.DISK, "device_too_hot": Kind.HEAT}
"""Signals that the worker raises: it is there when no console is."""


def read_history(workspace: Workspace, runs: Iterable[RunInfo], since: float, until: float) -> tuple[Notice, ...]:
    """What happened after `since` and before `until` (the opening of the console), oldest first."""
    found: list[Notice] = []
    touched = (run for run in runs if _last_t(run) >= since)
    for _, info in zip(range(MOST_RUNS), touched, strict=False):
        # The files of a run on another machine are not here.
        root = workspace.runs / info.id
        if root.is_dir():
            found += _of_worker(info, RunPaths(root))
            _, raised = signal_lines(RunPaths(root), -MOST_BYTES, most_bytes=MOST_BYTES)
            found += filter(None, (of_signal(info, event) for event in raised))
        # Behind what led to it, where both bear the same time.
        end = of_end(info)
        found += [end] if end is not None else []
    return tuple(sorted((each for each in found if since <= each.t < until), key=lambda each: each.t))


def _last_t(info: RunInfo) -> float:
    """When the run last did something."""
    ended = info.view.ended if info.view is not None else None
    return max(ended or 0.0, info.last_event_t or 0.0)


def _of_worker(info: RunInfo, paths: RunPaths) -> Iterator[Notice]:
    try:
        with paths.status.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - MOST_STATUS_BYTES))
            lines = file.read(MOST_STATUS_BYTES).split(b"\n")
    except OSError:
        return
    for line in lines:
        if b'"type":"signal"' not in line:
            continue
        try:
            event = msgspec.json.decode(line, type=SignalEvent)
        except msgspec.MsgspecError:
            continue
        kind = _OF_WORKER.get(event.kind)
        if kind is Kind.STALLED:
            yield of_run(kind, info, event.t, event.message)
        elif kind is not None:
            yield Notice(kind, event.t, text=clean(event.message))
