"""The runs that the table shows: filtered, ordered, as rows. What nobody looks at, or did not change, is not made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from engine.runs.filter import Filter, parse_filter
from engine.runs.filter_fields import RunFacts
from tui.feed.model import RunDetail, RunInfo, Snapshot
from tui.monitor.order import Order, ordered
from tui.screens.rows import LIVE, row_of
from tui.widgets.run_row import RunRow, RunRows, host_width

AGES_STAND_S = 10.0
"""Whether a run is younger than two days is asked this often: nothing else of a filter depends on the clock."""
EVERYTHING = parse_filter("")
HERE = "here"
"""This machine, where runs of others stand beside its own."""


@dataclass(frozen=True)
class Listed:
    """What the table shows."""

    rows: RunRows
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
        self._runs: tuple[RunInfo, ...] = ()
        self._arranged_as: object = None
        self._order: list[RunInfo] = []
        self._ids: list[str] = []
        self._named = False

    def show(
        self, snapshot: Snapshot, now: float, *, wanted: Filter = EVERYTHING, order: Order = "newest",
        pinned: Collection[str] = (),
    ) -> Listed:  # fmt: skip
        """The rows for a picture of the workspace."""
        runs = self._arranged(snapshot.runs, now, wanted, order, frozenset(pinned))
        shape = _Shape(
            self._named,
            HERE if snapshot.places else "",
            frozenset(p.name for p in snapshot.places if not p.connected),
        )
        if shape != self._shape:
            self._shape, self._rows = shape, {}
        if len(self._rows) > 2 * len(snapshot.runs) + 100:
            self._rows.clear()
            self._facts.clear()
        hosts = {run.place for run in runs} if snapshot.places else ()
        rows = RunRows(
            self._ids,
            lambda place: self._row(run := runs[place], snapshot.details.get(run.id), now, pinned=run.id in pinned),
            host_width((self._host(place), place in shape.away) for place in hosts),
        )
        return Listed(rows, len(snapshot.runs))

    def _arranged(
        self, runs: tuple[RunInfo, ...], now: float, wanted: Filter, order: Order, pinned: frozenset[str]
    ) -> list[RunInfo]:
        """Filtered and in their order; again as they were where nothing of it changed."""
        filtering = bool(wanted.text.strip())
        asked = (wanted.text, int(now // AGES_STAND_S) if filtering else 0, order, pinned)
        if runs is not self._runs or asked != self._arranged_as:
            self._runs, self._arranged_as = runs, asked
            self._named = len({run.view.profile for run in runs if run.view is not None}) > 1
            self._order = ordered(self._filtered(runs, wanted, now) if filtering else runs, order, pinned)
            self._ids = [run.id for run in self._order]
        return self._order

    def _host(self, place: str) -> str:
        """Who logs in there is of no interest in a narrow column."""
        return place.rpartition("@")[2] or self._shape.here

    def _row(self, run: RunInfo, detail: RunDetail | None, now: float, *, pinned: bool) -> RunRow:
        known = self._rows.get(run.id)
        live = run.view is not None and run.view.state in LIVE
        if known is None or live or known.info is not run or known.detail is not detail:
            shape = self._shape
            row = row_of(
                run, detail, now, named=shape.named, host=self._host(run.place), away=run.place in shape.away
            )
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
