"""One run as a list shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.events.schema import SignalEvent
    from engine.runs.state import RunView


@dataclass(frozen=True)
class RunInfo:
    """One run as the catalogue knows it."""

    id: str
    view: RunView | None
    """None when the directory cannot be read as a run."""
    problem: str = ""
    has_model: bool = False
    has_report: bool = False
    last_event_t: float | None = None
    """When it last wrote something, by this machine's clock."""
    place: str = ""
    """Name of the machine that it is on; empty for this one."""
    signals: tuple[SignalEvent, ...] = ()
    """The newest that it raised while it was watched."""
