"""Which events of a run are worth a place on its timeline. Pure."""

from __future__ import annotations

from engine.events.schema import CheckpointEvent, Event, RunEvent, SignalEvent, StatusEvent
from tui.feed.model import LogLine, Moment

MOST_MOMENTS = 1000
"""Of a run that saves a checkpoint in every step the newest are kept."""


def moment_of(event: Event, line: LogLine | None) -> Moment | None:
    """The moment that an event is, in the words of its log line; None for numbers and sentences."""
    if line is None:
        return None
    if isinstance(event, StatusEvent):
        return Moment(event.t, "status", line.text)
    if isinstance(event, SignalEvent):
        return Moment(event.t, "signal", line.text, event.step or None)
    if isinstance(event, CheckpointEvent):
        return Moment(event.t, "checkpoint", line.text, event.step)
    if isinstance(event, RunEvent):
        return Moment(event.t, "resumed", line.text, event.resumed_step)
    return None
