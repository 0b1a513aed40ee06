"""A workspace that the console watches: everything it does with a run goes through here."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

from tui.feed.model import LogLine

if TYPE_CHECKING:
    from engine.runs.spec import RunSpec


class StopWay(enum.Enum):
    """How a run is stopped."""

    AFTER_STEP = "after this step"
    NOW = "now"
    KILL = "kill"


class Place(Protocol):
    """A workspace on some machine. Every method blocks, is called in a thread, and raises FinetopError."""

    @property
    def name(self) -> str:
        """Empty for this machine, else the host as the operator wrote it."""
        ...

    def spec(self, run_id: str) -> RunSpec:
        """What a run was started with."""
        ...

    def report(self, run_id: str) -> str:
        """Its evaluation on the held-out test split: Markdown, cut where it is longer than people read."""
        ...

    def stop(self, run_id: str, way: StopWay) -> str:
        """Ask it to stop, or end it; answers with a sentence for people."""
        ...

    def resume(self, run_id: str) -> str:
        """Go on from its last checkpoint; answers with a sentence for people."""
        ...

    def log(self, run_id: str) -> list[LogLine]:
        """Its whole log, for searching; of a very long one the newest lines."""
        ...
