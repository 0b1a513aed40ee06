"""The runs that the table shows: filtered, ordered, as rows. What did not change is not made again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.runs.filter import Filter, parse_filter
from engine.runs.filter_fields import RunFacts
from tui.feed.model import RunDetail, RunInfo, Snapshot
from tui.monitor.order import Order, ordered
from tui.screens.rows import LIVE, row_of

if TYPE_CHECKING:
    from tui.widgets.run_row import RunRow

AGES_STAND_S = 10.0
"""Whether a run is younger than two days is asked this often: nothing else of a filter depends on the clock."""
EVERYTHING = parse_filter("")
HERE = "here"
"""This machine, where runs of others stand beside its own."""


@dataclass(frozen=True)
class Listed:
    """What the table shows."""

    rows: tuple[RunRow, ...]
    total: int
    """Runs that there are, shown or not."""


@dataclass(frozen=True)
class _Row:
    info: RunInfo
    detail: RunDetail | None
    row: RunRow


@dataclass(frozen=True)
class _Shape:
    """What all rows have in common; another one makes them all anew."""

    named: bool = False
    """With the profile: there are several."""
    here: str = ""
    """What this machine is called; empty where there is no other."""
    away: frozenset[str] = frozenset()
    """Machines that are not reachable."""


class Listing:
    """Makes rows, and keeps them for as long as their run is the same object."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self._shape = _Shape()
        self._facts: dict[str, tuple[RunInfo, RunFacts]] = {}
        self._kept: dict[str, tuple[RunInfo, bool]] = {}
        self._asked: tuple[str, int] = ("", 0)

    def show(
        self, snapshot: Snapshot, now: float, *, wanted: Filter = EVERYTHING, order: Order = "newest",
        pinned: Collection[str] = (),
    ) -> Listed:  # fmt: skip
        """The rows for a picture of the workspace."""
        runs = snapshot.runs if not wanted.text.strip() else self._filtered(snapshot.runs, wanted, now)
        profiles = {run.view.profile for run in snapshot.runs if run.view is not None}
        named = len(profiles) > 1
        shape = _Shape(
            named, HERE if snapshot.places else "", frozenset(p.name for p in snapshot.places if not p.connected)
        )
        if shape != self._shape:
            self._shape, self._rows = shape, {}
        rows = tuple(
            self._row(run, snapshot.details.get(run.id), now, pinned=run.id in pinned)
            for run in ordered(runs, order, pinned)
        )
        if len(self._rows) > 2 * len(snapshot.runs) + 100:
            self._rows = {row.id: self._rows[row.id] for row in rows}
            self._facts.clear()
        return Listed(rows, len(snapshot.runs))

    def _row(self, run: RunInfo, detail: RunDetail | None, now: float, *, pinned: bool) -> RunRow:
        known = self._rows.get(run.id)
        live = run.view is not None and run.view.state in LIVE
        if known is None or live or known.info is not run or known.detail is not detail:
            shape = self._shape
            # Who logs in there is of no interest in a narrow column.
            host, away = run.place.rpartition("@")[2] or shape.here, run.place in shape.away
            row = row_of(run, detail, now, named=shape.named, host=host, away=away)
            known = self._rows[run.id] = _Row(run, detail, row)
        return known.row if known.row.pinned is pinned else replace(known.row, pinned=pinned)

    def _filtered(self, runs: tuple[RunInfo, ...], wanted: Filter, now: float) -> list[RunInfo]:
        asked = (wanted.text, int(now // AGES_STAND_S))
        if asked != self._asked:
            self._asked, self._kept = asked, {}
        return [run for run in runs if self._matches(run, wanted, now)]

    def _matches(self, run: RunInfo, wanted: Filter, now: float) -> bool:
        if run.view is None:
            return False
        kept = self._kept.get(run.id)
        if kept is None or kept[0] is not run:
            facts = self._facts.get(run.id)
            if facts is None or facts[0] is not run:
                facts = self._facts[run.id] = (run, RunFacts(run.view, run.place))
            kept = self._kept[run.id] = (run, wanted.matches(facts[1], now))
        return kept[1]
