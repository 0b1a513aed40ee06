"""Knows every run of a workspace and its state, at the cost of a few stats where nothing changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import FinetopError
from engine.runs.info import RunInfo
from engine.runs.paths import CONTROL, EVENTS, STATUS, RunPaths
from engine.runs.signals_seen import SignalsSeen
from engine.runs.state import ENDED, look
from engine.runs.store import list_runs

if TYPE_CHECKING:
    from engine.workspace import Workspace

RELIST_S = 5.0
"""The runs are listed anew at least this often: on some network file systems a directory's time stands still."""
RELOOK_S = 1.0
"""A live run is looked at anew this often even where no file changed: a lock may be gone, a trainer may stall."""
SLICES = 16
"""Ended runs are checked for a resume one part at a poll."""

AGE_S = 5.0
"""Events of a live run make a new picture at least this often, so that its age is shown as young."""

Signature = tuple[int, ...]


@dataclass
class _Known:
    paths: RunPaths
    info: RunInfo
    sources: tuple[str, ...] = ()
    """The files that tell a change; the first tells a resume."""
    signature: Signature = ()
    looked_at: float = 0.0

    @property
    def ended(self) -> bool:
        return self.info.view is None or self.info.view.state in ENDED


class Catalogue:
    """The runs of a workspace, newest first. `now` is the time of day, `clock` counts seconds for budgets."""

    def __init__(
        self,
        workspace: Workspace,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workspace, self._now, self._clock = workspace, now, clock
        self._known: dict[str, _Known] = {}
        self._live: set[str] = set()
        self._runs: tuple[RunInfo, ...] | None = ()
        """What `runs` gives; None once it is out of date."""
        self._order: tuple[str, ...] = ()
        """Names of the known runs, newest first."""
        self._signals = SignalsSeen()
        self._unseen: list[RunPaths] = []
        self._listing: Signature = ()
        self._listed_at = -RELIST_S
        self._slice = 0
        self.listed = False

    @property
    def complete(self) -> bool:
        """Whether each run has been looked at once."""
        return self.listed and not self._unseen

    def runs(self) -> tuple[RunInfo, ...]:
        """All runs that were looked at, newest first."""
        if self._runs is None:
            self._order = tuple(sorted(self._known, reverse=True))
            self._runs = tuple(self._known[name].info for name in self._order)
        return self._runs

    def info(self, run_id: str) -> RunInfo | None:
        """A run that was looked at."""
        known = self._known.get(run_id)
        return known.info if known else None

    def paths(self, run_id: str) -> RunPaths | None:
        """Where a known run lies."""
        known = self._known.get(run_id)
        return known.paths if known else None

    def headline(self, run_id: str) -> str:
        """Name of a known run's headline metric; empty where there is none."""
        known = self._known.get(run_id)
        return known.info.view.headline if known is not None and known.info.view is not None else ""

    def live(self) -> list[RunPaths]:
        """Runs that may still write."""
        return [self._known[name].paths for name in self._live]

    def refresh(self, budget_s: float = 0.05) -> bool:
        """Look at what may have changed, and at unseen runs within the budget. Says whether anything did."""
        changed = self._list()
        deadline = self._clock() + budget_s
        self._slice = (self._slice + 1) % SLICES
        for name in list(self._live):
            changed |= self._check(self._known[name])
        for name in self._order[self._slice :: SLICES]:
            known = self._known.get(name)
            if known is not None and known.ended and _signature(known.sources[:1]) != known.signature[:_PARTS]:
                changed |= self._check(known)
        while self._unseen and self._clock() < deadline:
            self._take_note(self._look(self._unseen.pop()))
            changed = True
        if changed:
            self._runs = None
            self.runs()
        return changed

    def _take_note(self, known: _Known) -> None:
        name = known.paths.root.name
        self._known[name] = known
        if known.ended:
            self._live.discard(name)
        else:
            self._live.add(name)

    def _list(self) -> bool:
        signature, now = _signature([str(self.workspace.runs)]), self._clock()
        if signature == self._listing and now - self._listed_at < RELIST_S:
            return False
        self._listing, self._listed_at = signature, now
        found = {paths.root.name: paths for paths in list_runs(self.workspace)}
        gone = self._known.keys() - found.keys()
        for name in gone:
            del self._known[name]
            self._signals.forget(name)
        self._live -= gone
        # Newest last: `refresh` takes them from the end.
        self._unseen = [found[name] for name in sorted(found.keys() - self._known.keys())]
        first, self.listed = not self.listed, True
        return bool(gone) or first

    def _check(self, known: _Known) -> bool:
        signature, now = _signature(known.sources), self._clock()
        if signature == known.signature and (known.ended or now - known.looked_at < RELOOK_S):
            return False
        fresh = self._look(known.paths)
        known.signature, known.looked_at = fresh.signature, fresh.looked_at
        if _essence(fresh.info) == _essence(known.info):
            return False
        self._take_note(fresh)
        return True

    def _look(self, paths: RunPaths) -> _Known:
        root = str(paths.root)
        sources = (f"{root}/{STATUS}", f"{root}/{EVENTS}", f"{root}/{CONTROL}")
        signature = _signature(sources)
        try:
            view = look(paths, now=self._now())
            seen_at = None if view.last_event_age_s is None else self._now() - view.last_event_age_s
            info = RunInfo(
                paths.root.name,
                view,
                has_model=os.path.isdir(f"{root}/model"),  # noqa: PTH112 - see `_signature`
                has_report=os.path.isfile(f"{root}/report.md"),  # noqa: PTH113
                last_event_t=seen_at,
                signals=self._signals.of(paths, over=view.is_over),
            )
        except FinetopError as problem:
            info = RunInfo(paths.root.name, None, problem.what)
        except Exception as problem:
            # Anybody can put anything into a run directory; one that cannot be read must not hide the others.
            info = RunInfo(paths.root.name, None, f"cannot be read ({type(problem).__name__})")
        return _Known(paths, info, sources, signature, self._clock())


_PARTS = 3
"""Numbers of a signature for each file."""


def _signature(files: Sequence[str]) -> Signature:
    parts: list[int] = []
    for path in files:
        try:
            found = os.stat(path)  # noqa: PTH116 - thousands of them a second: a Path takes longer than the call
        except OSError:
            parts += [0, 0, 0]
        else:
            parts += [found.st_mtime_ns, found.st_size, found.st_ino]
    return tuple(parts)


def _essence(info: RunInfo) -> object:
    """What is worth a new picture. The age of the last event is told from the clock, so only coarsely."""
    coarse = None if info.last_event_t is None else info.last_event_t // AGE_S
    return replace(info, view=replace(info.view, last_event_age_s=None) if info.view else None, last_event_t=coarse)
