"""Tells of troubles of a run that goes on: its worker does when it raises the signal, and `sweeping` for one that was
killed before it could."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.events.schema import RunEvent, SignalEvent
from engine.runs.paths import RunPaths
from engine.webhooks.payloads import Trouble
from engine.webhooks.places import endpoints_file
from engine.webhooks.queue import enqueue
from engine.workspace import Workspace

KIND_OF_SIGNAL = {
    "stalled": "run.stalled",
    "disk_nearly_full": "disk.nearly_full",
    "device_too_hot": "device.too_hot",
}
"""Signals of a worker, in `status.jsonl`."""
AGAIN_S = 3600
"""What concerns a machine is told once in so long, however many of its runs see it."""

_MARKS = (b'"type":"run"', b'"type":"signal"')
_decode = msgspec.json.Decoder(RunEvent | SignalEvent).decode


def announce_troubles(paths: RunPaths) -> list[str]:
    """Queue what there is to tell; returns the ids of events that were new to somebody.

    Doing it again does nothing. Raises FinetopError and OSError.
    """
    workspace = Workspace(paths.workspace)
    if not endpoints_file(workspace).exists():
        return []
    return [
        id
        for kind, id, payload, happened in _troubles(paths)
        if enqueue(workspace, kind, id, payload, happened=happened)
    ]


def _troubles(paths: RunPaths) -> Iterator[tuple[str, str, Trouble, float]]:
    run: RunEvent | None = None
    for line in paths.status.read_bytes().split(b"\n"):
        if not any(mark in line for mark in _MARKS):
            continue
        try:
            event = _decode(line)
        except msgspec.MsgspecError:
            continue  # a log line that quotes one, or a signal of another version
        if isinstance(event, RunEvent):
            run = event
        elif run is not None and event.kind in KIND_OF_SIGNAL:
            kind = KIND_OF_SIGNAL[event.kind]
            about = [run.id, str(int(event.t))]
            if kind != "run.stalled":
                about = [run.host, *([event.metric] if event.metric else []), str(int(event.t // AGAIN_S))]
            yield kind, ":".join((kind, *about)), _payload(run, event), event.t


def _payload(run: RunEvent, event: SignalEvent) -> Trouble:
    return Trouble(
        run=run.id,
        profile=run.profile,
        model=run.model,
        task=run.task,
        attempt=run.attempt,
        host=run.host,
        device=event.metric,
        message=event.message,
    )
