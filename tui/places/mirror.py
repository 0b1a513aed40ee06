"""What is known of a workspace elsewhere. Filled by the thread of its link, read by the feed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from engine.attach.facts import merged
from engine.attach.protocol import (
    MOST_SELECTED,
    MOST_VISIBLE,
    Chunk,
    Facts,
    Figures,
    Following,
    FromWorkspace,
    Hello,
    Runs,
    Want,
)
from engine.runs.info import RunInfo
from engine.runs.paths import RunPaths
from engine.runs.spec import is_run_id
from tui.places.cleaned import info
from tui.places.copies import Copies

MOST_RUNS = 20_000
SAME_CLOCK_S = 2.0
"""Two clocks that differ by less are the same clock, seen over a slow line."""


class Mirror:
    """Runs, figures and copies of files; the last ones stay when the connection is gone."""

    def __init__(self, place: str, now: Callable[[], float] = time.time) -> None:
        self.place, self._now = place, now
        self._lock = threading.Lock()
        self._copies = Copies()
        self._facts: dict[str, Facts] = {}
        self._infos: dict[str, RunInfo] = {}
        self._newest_first: tuple[RunInfo, ...] | None = ()
        """Made when it is asked for after a change."""
        self._told: set[str] = set()
        """Runs of which this connection has said anything."""
        self._figures: Mapping[str, float] = {}
        self._ahead_s = 0.0
        self._selected: tuple[str, ...] = ()
        self._visible: tuple[str, ...] = ()
        self.listed = False
        """All runs have been told at least once, by any connection."""

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._copies.close()

    # -- the link's side

    def greet(self, hello: Hello) -> None:
        """A new connection: what it says goes before what was known."""
        with self._lock:
            ahead = hello.now - self._now()
            self._ahead_s = ahead if abs(ahead) > SAME_CLOCK_S else 0.0
            self._told.clear()

    def take(self, message: FromWorkspace) -> bool:
        """Take in what was said. False where a piece is missing before it."""
        with self._lock:
            if isinstance(message, Runs):
                self._take_runs(message)
            elif isinstance(message, Figures):
                self._figures = dict(message.values)
            elif isinstance(message, Chunk) and message.run in self._selected:
                return self._copies.take(message)
            return True

    def wanted(self) -> Want:
        """What to ask for now, with what is here already."""
        with self._lock:
            return Want(
                selected=[Following(run_id, self._copies.have(run_id)) for run_id in self._selected],
                visible=list(self._visible),
            )

    # -- the feed's side

    def want(self, selected: Iterable[str], visible: Iterable[str]) -> bool:
        """What is on screen now. Says whether that is new."""
        before = self._selected, self._visible
        with self._lock:
            self._selected = tuple(filter(is_run_id, selected))[:MOST_SELECTED]
            self._visible = tuple(filter(is_run_id, visible))[:MOST_VISIBLE]
            changed = (self._selected, self._visible) != before
            if changed:
                self._copies.keep(set(self._selected))
        return changed

    def runs(self) -> tuple[RunInfo, ...]:
        """All that are known, newest first."""
        with self._lock:
            if self._newest_first is None:
                self._newest_first = tuple(self._infos[run_id] for run_id in sorted(self._infos, reverse=True))
            return self._newest_first

    def headline(self, run_id: str) -> str | None:
        """Name of a run's headline metric; None where there is no such run."""
        with self._lock:
            found = self._infos.get(run_id)
        return found.view.headline if found is not None and found.view is not None else None

    def figures(self) -> Mapping[str, float]:
        """What the devices there did last."""
        return self._figures

    def trend(self, run_id: str) -> tuple[float, ...]:
        """The headline metric of a visible run, thinned."""
        facts = self._facts.get(run_id)
        return facts.trend or () if facts is not None else ()

    def copy(self, run_id: str) -> tuple[RunPaths, bool, bool]:
        """Where the copy of a run lies, whether nothing more of it is on its way, and whether it was cut."""
        with self._lock:
            return self._copies.paths(run_id), not self._copies.left(run_id), self._copies.is_cut(run_id)

    def _take_runs(self, news: Runs) -> None:
        self._newest_first = None
        for change in news.changed:
            if not is_run_id(change.id) or (change.id not in self._facts and len(self._facts) >= MOST_RUNS):
                continue
            before = self._facts.get(change.id) if change.id in self._told else None
            facts = self._facts[change.id] = merged(before, change)
            self._infos[change.id] = info(facts, self.place, self._ahead_s)
            self._told.add(change.id)
        gone = set(news.gone)
        if news.complete:
            # What an earlier connection told of, and this one does not, was removed meanwhile.
            gone |= self._facts.keys() - self._told
            self.listed = True
        for run_id in gone:
            self._facts.pop(run_id, None)
            self._infos.pop(run_id, None)
            self._told.discard(run_id)
