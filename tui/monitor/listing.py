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
    named: bool
    row: RunRow


class Listing:
    """Makes rows, and keeps them for as long as their run is the same object."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self._facts: dict[str, tuple[RunInfo, RunFacts]] = {}
        self._kept: dict[str, tuple[RunInfo, bool]] = {}
        self._asked: tuple[str, int] = ("", 0)

    def show(
        self, snapshot: Snapshot, now: float, *, wanted: Filter = EVERYTHING, order: Order = "newest",
        pinned: Collection[str] = (),
    ) -> Listed:  # fmt: skip
        """The rows for a picture of the workspace."""
        runs = snapshot.runs if not wanted.text.strip() else self._filtered(snapshot.runs, wanted, now)
        profiles = {(run.place, run.view.profile) for run in snapshot.runs if run.view is not None}
        named = len(profiles) > 1
        rows = tuple(
            self._row(run, snapshot.details.get(run.id), now, named=named, pinned=run.id in pinned)
            for run in ordered(runs, order, pinned)
        )
        if len(self._rows) > 2 * len(snapshot.runs) + 100:
            self._rows = {row.id: self._rows[row.id] for row in rows}
            self._facts.clear()
        return Listed(rows, len(snapshot.runs))

    def _row(self, run: RunInfo, detail: RunDetail | None, now: float, *, named: bool, pinned: bool) -> RunRow:
        known = self._rows.get(run.id)
        live = run.view is not None and run.view.state in LIVE
        if known is None or live or known.info is not run or known.detail is not detail or known.named is not named:
            known = self._rows[run.id] = _Row(run, detail, named, row_of(run, detail, now, named=named))
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
