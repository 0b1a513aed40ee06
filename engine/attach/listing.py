"""Tells the console the runs of a workspace: all once, and then what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from engine.attach.facts import changes, facts_of, merged, only_moves
from engine.attach.protocol import Facts, Runs
from engine.runs.catalogue import Catalogue
from engine.runs.info import RunInfo

Trends = Mapping[str, tuple[float, ...]]
"""By run, of those whose rows are on screen."""
BATCH = 100
MOVED_S = {"selected": 4.0, "visible": 1.0, "": 5.0}
"""How often it is told that a run goes on, and nothing more. The events of a selected one say it anyway."""


class Listing:
    """What was told of each run."""

    def __init__(self, catalogue: Catalogue, clock: Callable[[], float] = time.monotonic) -> None:
        self._catalogue, self._clock = catalogue, clock
        self._told: dict[str, Facts] = {}
        self._told_at: dict[str, float] = {}
        self._seen: dict[str, RunInfo] = {}
        """The catalogue's own object at the last look: it makes a new one for what changed."""
        self._waiting: dict[str, None] = {}
        self._gone: dict[str, None] = {}
        self._complete = False

    def look(self) -> None:
        """Take note of what the catalogue knows now: after each of its changes."""
        infos = {info.id: info for info in self._catalogue.runs()}
        self._waiting |= {run_id: None for run_id, info in infos.items() if self._seen.get(run_id) is not info}
        self._gone |= {run_id: None for run_id in self._told if run_id not in infos}
        self._seen = infos

    def next(self, selected: Iterable[str], trends: Trends) -> Runs | None:
        """The next batch of news; None where there is none."""
        gone = list(self._gone)[:BATCH]
        for run_id in gone:
            for known in (self._told, self._told_at, self._gone):
                known.pop(run_id, None)
        for run_id, trend in trends.items():
            if run_id in self._told and self._told[run_id].trend != trend:
                self._waiting[run_id] = None
        changed = self._changed(set(selected), trends)
        complete = self._catalogue.complete and not any(run_id not in self._told for run_id in self._waiting)
        if not (changed or gone or complete != self._complete):
            return None
        self._complete = complete
        return Runs(changed=changed, gone=gone, complete=complete)

    def _changed(self, selected: set[str], trends: Trends) -> list[Facts]:
        now = self._clock()
        changed: list[Facts] = []
        for run_id in list(self._waiting):
            if len(changed) >= BATCH:
                break
            if run_id not in self._seen:
                del self._waiting[run_id]
                continue
            before = self._told.get(run_id)
            trend = trends.get(run_id, before.trend if before is not None and before.trend else ())
            change = changes(before, facts_of(self._seen[run_id], trend))
            rank = "selected" if run_id in selected else "visible" if run_id in trends else ""
            if change is not None and only_moves(change) and now - self._told_at.get(run_id, 0.0) < MOVED_S[rank]:
                continue  # it stays in the queue until its time has come
            del self._waiting[run_id]
            if change is not None:
                self._told[run_id], self._told_at[run_id] = merged(before, change), now
                changed.append(change)
        return changed
