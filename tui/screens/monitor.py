"""Monitor: every run in a table, the curves of the selected ones, their log, and the devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.actions import actions_of, bindings_of
from tui.feed.model import Moment, RunInfo, Snapshot, Wanted
from tui.monitor.empty import what_to_do
from tui.monitor.possible import OF_CHARTS, Situation, compared, possible
from tui.monitor.stops import asked_for
from tui.screens.afterwards import Afterwards
from tui.screens.base import ConsoleScreen
from tui.screens.monitor_deeds import Deeds, ReportRead, SpecsRead
from tui.screens.monitor_windows import Windows

if TYPE_CHECKING:
    from tui.screens.panes import Panes
    from tui.screens.run_list import RunList
    from tui.widgets.run_table import RunTable


class MonitorScreen(ConsoleScreen):
    """What trains, how far it is, and how well."""

    MODE = "monitor"
    CSS_PATH = "monitor.tcss"
    BINDINGS = bindings_of("monitor")

    def __init__(self) -> None:
        super().__init__()
        # Both come after the first paint: they import numpy, and that takes as long as the paint itself.
        self.list: RunList | None = None
        self.panes: Panes | None = None
        self.deeds, self.windows = Deeds(self), Windows(self)
        self._selected = Afterwards(self, self._show_selected)
        self._possible: tuple[object, ...] = ()

    def compose_body(self) -> ComposeResult:
        with Vertical(id="body"):
            yield Static("Reading the workspace …", id="waiting")

    def on_mount(self) -> None:
        self.console.snapshot_signal.subscribe(self, self.show_snapshot)
        self.console.ready_signal.subscribe(self, lambda _: self.call_later(self._build))

    # -- what it shows

    async def _build(self) -> None:
        from tui.screens.panes import Panes
        from tui.screens.run_list import RunList

        body = self.query_one("#body", Vertical)
        runs = RunList(self.console, id="run-list")
        panes = Panes(ascii_only=self.console.options.ascii_only, id="panes")
        if not body.is_attached:
            return
        await body.mount(runs, Static(id="empty"), panes)
        await self.query_one("#waiting").remove()
        self.list, self.panes = runs, panes
        self.show_snapshot(self.console.snapshot)

    @property
    def table(self) -> RunTable | None:
        """The table of runs, once it is built."""
        return self.list.table if self.list is not None else None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show a new picture."""
        runs, panes = self.list, self.panes
        if runs is None or panes is None or not snapshot.listed:
            return
        from tui.screens.run_list import most_rows_of

        self.set_class(not snapshot.runs, "-empty")
        if not snapshot.runs:
            self.query_one("#empty", Static).update(what_to_do(readonly=self.console.options.readonly))
        runs.show(snapshot, most_rows_of(self.size.height))
        if not runs.table.can_focus and self.focused is runs.table:
            self.set_focus(None)
        elif runs.table.can_focus and self.focused is None:
            runs.table.focus()
        if self.console.show_run is not None and runs.table.highlight(self.console.show_run):
            self.console.show_run = None
        if not self._selected.waiting:
            self._show_panes()
            self._want()
            self._refresh_keys()

    def _show_panes(self) -> None:
        if self.list is not None and self.panes is not None:
            self.panes.show(self.list.drawn(), self.console.snapshot, self.list.highlighted)

    def _refresh_keys(self) -> None:
        """Let the footer look again, where a snapshot changed what can be done: it asks after every key."""
        situation = self._situation()
        now = (self.focused, *(self._can(name, situation) for name in _ACTIONS))
        if now != self._possible:
            self._possible = now
            self.refresh_bindings()

    def _want(self) -> None:
        if self.list is None or self.console.screen_stack[0] is not self:
            return
        drawn = tuple(run.info.id for run in self.list.drawn())
        self.console.want(Wanted(drawn, self.list.around_cursor()))

    def on_run_table_highlighted(self, event: RunTable.Highlighted) -> None:
        event.stop()
        self._selected.ask()

    def on_run_table_marked(self, event: RunTable.Marked) -> None:
        event.stop()
        self._selected.ask()

    def on_run_table_refused(self, event: RunTable.Refused) -> None:
        event.stop()
        self.notify("Eight runs are marked, and no more can be told apart; u takes all marks away.", timeout=6)

    def on_run_table_chosen(self) -> None:
        self.action_details()

    def _show_selected(self) -> None:
        self._show_panes()
        self._want()
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        self.show_snapshot(self.console.snapshot)

    def on_resize(self) -> None:
        if self.console.snapshot.listed:
            self.call_after_refresh(self.show_snapshot, self.console.snapshot)

    # -- what can be done now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._can(action, self._situation())

    def _situation(self) -> Situation:
        if self.list is None or self.panes is None:
            return Situation(None, readonly=self.console.options.readonly, any_runs=False)
        return self.list.situation(has_cursor=self.panes.wall.has_cursor(), big=self.has_class("-big"))

    def _can(self, action: str, situation: Situation) -> bool:
        if self.list is not None and self.list.bar.writing and action in _ACTIONS:
            return False  # keys are letters of the filter
        if action in OF_CHARTS:
            return self.panes is not None and situation.run is not None and self.panes.can(action)
        return possible(action, situation)

    def _highlighted(self) -> RunInfo | None:
        return self.list.highlighted if self.list is not None else None

    # -- actions on runs

    def action_stop(self) -> None:
        """Ask how, then ask the runs."""
        now = self._situation()
        self.windows.ask_how_to_stop(asked_for(now.marked, now.run), self.deeds.stop)

    def action_resume(self) -> None:
        """Go on from the last checkpoint."""
        if (run := self._highlighted()) is not None:
            self.deeds.resume(run)

    def action_report(self) -> None:
        """Read the report of the highlighted run."""
        if (run := self._highlighted()) is not None:
            self.deeds.report(run)

    def on_report_read(self, event: ReportRead) -> None:
        if self.is_current:  # who went on meanwhile is not to be covered by a page
            self.windows.report(event.title, event.text)

    def action_details(self) -> None:
        """What the run was started with."""
        run = self._highlighted()
        if run is not None and run.view is not None:
            self.windows.details(run)

    def action_clone(self) -> None:
        """Train, with this run's settings."""
        if (run := self._highlighted()) is not None:
            self.deeds.specs([run], "clone")

    def action_differ(self) -> None:
        """What differs between the settings of the marked runs."""
        now = self._situation()
        self.deeds.specs(compared(now.marked, now.run), "differ")

    def on_specs_read(self, event: SpecsRead) -> None:
        if not self.is_current:
            return
        if event.purpose == "clone":
            self.console.clone_run = event.specs[0]
            self.console.action_open("train")
        else:
            self.windows.difference(event.runs, event.specs)

    def action_try_model(self) -> None:
        """Validate, with this run's model."""
        if (run := self._highlighted()) is not None:
            self.console.try_run = run.id
            self.console.action_open("validate")

    def action_log(self) -> None:
        """Read and search the whole log."""
        if (run := self._highlighted()) is not None:
            self.windows.log(run)

    def action_moments(self) -> None:
        """What happened when; the chosen moment gets the value cursor."""
        if (run := self._highlighted()) is not None:
            self.windows.moments(run, self._go_to)

    def _go_to(self, moment: Moment) -> None:
        if self.panes is not None:
            self.panes.wall.go_to(moment.t, moment.step)
            self.refresh_bindings()

    # -- actions on the table

    def action_filter(self) -> None:
        """Write a filter."""
        if self.list is not None:
            self.list.bar.open()
            self.list.refresh_rows()

    def action_sort(self) -> None:
        """The next order."""
        if self.list is not None:
            self.list.sort()

    def action_pin(self) -> None:
        """Keep a run above the others."""
        if self.list is not None:
            self.list.pin()

    def action_unmark(self) -> None:
        """Take all marks away."""
        if self.table is not None:
            self.table.unmark()

    def action_clear(self) -> None:
        """Take away the cursor, then the full chart, then the filter."""
        if self.list is None or self.panes is None:
            return
        if self.panes.wall.has_cursor():
            self.panes.wall.act("hide_cursor")
        elif self.has_class("-big"):
            self.action_big_chart()
        else:
            self.list.clear_filter()
        self.refresh_bindings()

    # -- actions on charts and panes

    def action_smooth(self) -> None:
        self._on_wall("smooth")

    def action_log_scale(self) -> None:
        self._on_wall("scale")

    def action_axis(self) -> None:
        self._on_wall("axis")

    def action_zoom(self, closer: bool) -> None:
        self._on_wall("zoom", closer)

    def action_pan(self, right: bool) -> None:
        self._on_wall("pan", right)

    def action_zoom_all(self) -> None:
        self._on_wall("reset")

    def action_cursor(self, direction: int) -> None:
        self._on_wall("cursor", direction)

    def action_next_metrics(self) -> None:
        if self.panes is not None:
            self.panes.wall.next_page()

    def action_big_chart(self) -> None:
        if self.panes is not None:
            self.set_class(self.panes.wall.toggle_big(), "-big")
            self.refresh_bindings()

    def action_next_pane(self) -> None:
        if self.panes is not None:
            self.panes.next_pane()
            self.refresh_bindings()

    def _on_wall(self, name: str, *arguments: object) -> None:
        if self.panes is not None:
            self.panes.wall.act(name, *arguments)
            self.refresh_bindings()


_ACTIONS = sorted({action.name.partition("(")[0] for action in actions_of("monitor")})
