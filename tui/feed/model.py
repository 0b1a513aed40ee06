"""What the feed hands to the screens: frozen, complete, and never touched again by the thread that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

from engine.runs.info import RunInfo

if TYPE_CHECKING:
    from engine.events.columns import Series
    from engine.events.schema import ProgressEvent

__all__ = ["LogLine", "PlaceInfo", "RunDetail", "RunInfo", "Snapshot", "SnapshotTaken", "Wanted"]

MetricKey = tuple[str, str]
"""Split and metric, as in an event."""


@dataclass(frozen=True)
class LogLine:
    """One line of a run's log, for people."""

    t: float | None
    """None for what a library printed: nobody knows when."""
    level: str
    """`debug`, `info`, `warning`, `error`, `signal`, `status`, `printed`."""
    text: str


@dataclass(frozen=True)
class Moment:
    """Something that happened to a run, for a timeline."""

    t: float
    kind: str
    """`status`, `checkpoint`, `signal`, `resumed`."""
    text: str
    step: int | None = None
    """Where the trainer was, when it is known."""


@dataclass(frozen=True)
class RunDetail:
    """All that is known of one run whose events are being read."""

    revision: int
    """Counts up with each change."""
    series: Mapping[MetricKey, Series] = field(default_factory=dict)
    trend: tuple[float, ...] = ()
    """The headline metric on validation, thinned to what a sparkline holds."""
    progress: ProgressEvent | None = None
    """The newest; fresher than the catalogue's."""
    log: tuple[LogLine, ...] = ()
    moments: tuple[Moment, ...] = ()
    """What happened, by time; of a very long run the newest."""
    figures: Mapping[str, float | None] = field(default_factory=dict)
    """The newest device and host figures that the worker wrote."""
    complete: bool = False
    """Whether the reader has come to the end of the file."""


@dataclass(frozen=True)
class PlaceInfo:
    """How it stands with another machine whose workspace is watched."""

    name: str
    connected: bool = False
    listed: bool = False
    """Whether it has ever told all its runs."""
    problem: str = ""
    """Why it is not reachable; empty while it is, and before the first attempt has ended."""
    seen_at: float | None = None
    """When it was last heard; None while it is connected, and where it never was."""
    silent_min: int = 0
    """Whole minutes since then: a picture is new when these change."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What its devices do, or did when it was last heard."""
    readonly: bool = False


@dataclass(frozen=True)
class Snapshot:
    """The whole picture at one moment."""

    runs: tuple[RunInfo, ...] = ()
    """Newest first."""
    details: Mapping[str, RunDetail] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    """What this machine's devices do, where anything is known."""
    places: tuple[PlaceInfo, ...] = ()
    """The other machines, in the order in which the operator named them."""
    now: float = 0.0
    listed: bool = False
    """Whether the run directories have been listed at least once."""
    complete: bool = False
    """Whether every run has been looked at once, and every followed one read to its end."""

    def find(self, run_id: str | None) -> RunInfo | None:
        """The run with this id."""
        return next((run for run in self.runs if run.id == run_id), None)

    def place(self, run: RunInfo | None) -> PlaceInfo | None:
        """The other machine that a run is on; None for this one."""
        return next((place for place in self.places if run is not None and place.name == run.place), None)


@dataclass(frozen=True)
class Wanted:
    """What the screen shows now: the feed reads these and no more."""

    selected: tuple[str, ...] = ()
    """Whose curves and log are on screen."""
    visible: tuple[str, ...] = ()
    """Whose rows are on screen."""


class SnapshotTaken(Message):
    """A new picture; it supersedes every older one that still waits in the queue."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SnapshotTaken)
