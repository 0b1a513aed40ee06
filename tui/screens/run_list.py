"""The runs that are shown: the table, the filter above it, their order, and what is pinned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui.feed.model import RunInfo, Snapshot
from tui.monitor.listing import Listing
from tui.monitor.order import Order, next_order
from tui.monitor.pins import pins_file, read_pins, write_pins
from tui.monitor.possible import Situation
from tui.places.standing import standing
from tui.screens.curves import Selected, slots_of
from tui.screens.filter_bar import FilterBar, FilterField
from tui.widgets.lines import Lines
from tui.widgets.run_table import MOST_MARKS, RunTable

if TYPE_CHECKING:
    from tui.app import FinetopApp

MOST_ROWS = 12
"""Rows of the table before it scrolls, where the window is high."""
VISIBLE_ROWS = 40
"""Rows around the cursor whose runs are read for their sparkline."""
_COLUMNS: dict[Order, str] = {"newest": "", "name": "model", "metric": "metric", "progress": "progress"}


class RunList(Vertical):
    """Knows each run of the newest picture by its id."""

    class PinsRead(Message):
        """What was pinned before is known."""

        def __init__(self, pins: frozenset[str]) -> None:
            super().__init__()
            self.pins = pins

    def __init__(self, console: FinetopApp, *, id: str) -> None:
        super().__init__(id=id)
        self._finetop = console
        self._listing = Listing()
        self._known: tuple[RunInfo, ...] = ()
        self._runs: dict[str, RunInfo] = {}
        self._pins: frozenset[str] = frozenset()
        self.order: Order = "newest"
        ascii_only = console.options.ascii_only
        self.table = RunTable(id="runs", ascii_only=ascii_only, empty="no run matches the filter")
        self.bar = FilterBar(ascii_only=ascii_only, id="filter-bar")
        self.places = Lines(ascii_only=ascii_only, id="places")

    def compose(self) -> ComposeResult:
        if self._finetop.options.attached:
            yield self.places
        yield self.bar
        yield self.table

    def on_mount(self) -> None:
        file, root = pins_file(), self._workspace
        self.run_worker(lambda: self.post_message(self.PinsRead(read_pins(file, root))), thread=True)

    def on_run_list_pins_read(self, event: PinsRead) -> None:
        event.stop()
        self._pins = event.pins
        self.refresh_rows()

    @property
    def _workspace(self) -> Path:
        return self._finetop.options.workspace.root

    # -- what it shows

    def show(self, snapshot: Snapshot, most_rows: int) -> None:
        """Show the runs of a picture that the filter lets through."""
        if snapshot.runs is not self._known:
            self._known, self._runs = snapshot.runs, {run.id: run for run in snapshot.runs}
        self._show_places(snapshot)
        listed = self._listing.show(
            snapshot, self._finetop.options.now(), wanted=self.bar.wanted, order=self.order, pinned=self._pins
        )
        # The keys of a table without rows do nothing, so they must not stand in the footer.
        self.table.can_focus = bool(listed.rows)
        self.table.styles.height = max(1, min(len(listed.rows), most_rows)) + 1
        self.table.show(listed.rows, known=self._runs)
        self.bar.count(len(listed.rows), listed.total)

    def _show_places(self, snapshot: Snapshot) -> None:
        """How it stands with the other machines, where there are any."""
        if snapshot.places:
            ascii_only = self._finetop.options.ascii_only
            lines = standing(snapshot, max(20, self.size.width - 2), ascii_only=ascii_only)
            self.places.styles.height = len(lines)
            self.places.show(lambda width, height: lines)

    def refresh_rows(self) -> None:
        """Show the same picture again: filter, order or pins are other ones."""
        if self._finetop.snapshot.listed:
            self.show(self._finetop.snapshot, most_rows_of(self.screen.size.height))

    @property
    def highlighted(self) -> RunInfo | None:
        """The run under the cursor."""
        return self._runs.get(self.table.highlighted or "")

    @property
    def marked(self) -> tuple[RunInfo, ...]:
        """The marked runs, by their letters."""
        return tuple(self._runs[run] for run in self.table.marks if run in self._runs)

    def drawn(self) -> list[Selected]:
        """The runs whose curves are drawn, each with its colour; the highlighted one first."""
        chosen = slots_of(self.table.highlighted, self.table.marks, MOST_MARKS)
        details = self._finetop.snapshot.details
        return [Selected(self._runs[run], details.get(run), slot) for run, slot in chosen if run in self._runs]

    def around_cursor(self) -> tuple[str, ...]:
        """Ids of the rows next to the cursor."""
        first = max(0, self.table.place - VISIBLE_ROWS // 2)
        return tuple(self.table.rows.ids[first : first + VISIBLE_ROWS])

    def situation(self, *, has_cursor: bool, big: bool) -> Situation:
        """What decides on what can be done."""
        return Situation(
            run=self.highlighted,
            marked=self.marked,
            readonly=self._finetop.options.readonly,
            any_runs=bool(self._runs),
            filtering=self.bar.active,
            has_cursor=has_cursor,
            big=big,
        )

    # -- what the operator does

    def sort(self) -> None:
        """The next order."""
        self.order = next_order(self.order)
        self.table.sorted_by = _COLUMNS[self.order]
        self.refresh_rows()

    def pin(self) -> None:
        """Keep the highlighted run above the others, or let it go."""
        run = self.table.highlighted
        if run is None:
            return
        self._pins ^= {run}
        self.refresh_rows()
        file, root, pins = pins_file(), self._workspace, self._pins
        self.run_worker(
            lambda: write_pins(file, root, pins), thread=True, group="pins", exclusive=True, exit_on_error=False
        )

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        event.stop()
        self.refresh_rows()
        self.table.post_message(RunTable.Highlighted(self.table.highlighted or ""))

    def on_filter_field_done(self, event: FilterField.Done) -> None:
        event.stop()
        if not self.bar.field.value.strip():
            self.clear_filter()
            return
        self.bar.settle()
        if self.table.can_focus:
            self.table.focus()

    def on_filter_field_given(self, event: FilterField.Given) -> None:
        event.stop()
        self.clear_filter()

    def clear_filter(self) -> None:
        """Every run again."""
        self.bar.close()
        self.call_after_refresh(self._to_table)

    def _to_table(self) -> None:
        if self.table.can_focus:
            self.table.focus()


def most_rows_of(height: int) -> int:
    """Rows that the table may take of a screen."""
    return max(4, min(MOST_ROWS, height // 4))
