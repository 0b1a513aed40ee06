"""Monitor: every run in a table, the curves of the selected ones, their log, and the devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from engine.runs.paths import RunPaths
from engine.tasks.contract import Stop
from tui.actions import actions_of, bindings_of
from tui.feed.model import RunInfo, Snapshot, Wanted
from tui.screens.base import ConsoleScreen, Told

if TYPE_CHECKING:
    from tui.screens.panes import Panes
    from tui.widgets.run_table import RunTable

MOST_ROWS = 12
"""Rows of the table before it scrolls, where the window is high."""
VISIBLE_ROWS = 40
"""Rows around the cursor whose runs are read for their sparkline."""


class MonitorScreen(ConsoleScreen):
    """What trains, how far it is, and how well."""

    MODE = "monitor"
    CSS_PATH = "monitor.tcss"
    BINDINGS = bindings_of("monitor")

    class ReportRead(Message):
        """The page of a report is here."""

        def __init__(self, title: str, text: str) -> None:
            super().__init__()
            self.title, self.text = title, text

    def __init__(self) -> None:
        super().__init__()
        # Both come after the first paint: they import numpy, and that takes as long as the paint itself.
        self.table: RunTable | None = None
        self.panes: Panes | None = None
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
        from tui.widgets.run_table import RunTable

        ascii_only = self.console.options.ascii_only
        body = self.query_one("#body", Vertical)
        table, panes = RunTable(id="runs", ascii_only=ascii_only), Panes(ascii_only=ascii_only, id="panes")
        if not body.is_attached:
            return
        await body.mount(table, Static(id="empty"), panes)
        await self.query_one("#waiting").remove()
        self.table, self.panes = table, panes
        self.show_snapshot(self.console.snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show a new picture."""
        table, panes = self.table, self.panes
        if table is None or panes is None or not snapshot.listed:
            return
        from tui.screens.rows import rows_of

        rows = rows_of(snapshot, self.console.options.now())
        self.set_class(not rows, "-empty")
        if not rows:
            self.query_one("#empty", Static).update(self._what_to_do())
        # The keys of a table without rows do nothing, so they must not stand in the footer.
        table.can_focus = bool(rows)
        if not rows:
            self.set_focus(None)
        elif self.focused is None:
            table.focus()
        table.styles.height = min(len(rows), self._most_rows()) + 1
        table.show(rows)
        if self.console.show_run is not None and table.highlight(self.console.show_run):
            self.console.show_run = None
        panes.show(self._selected(), snapshot)
        self._want()
        self._refresh_keys()

    def _refresh_keys(self) -> None:
        """Let the footer look again, where a snapshot changed what can be done: it asks after every key."""
        possible = (self.focused, *(self.check_action(name, ()) for name in _ACTIONS))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def _most_rows(self) -> int:
        return max(4, min(MOST_ROWS, self.size.height // 4))

    def _what_to_do(self) -> str:
        if self.console.options.readonly:
            return "No runs in this workspace yet.\n\nThe console is read-only; what others start will show here."
        return (
            "No runs in this workspace yet.\n\n"
            "Press [b]2[/b] to choose a profile and start training; data that is missing is generated first.\n"
            "Press [b]1[/b] to generate data and look at it before."
        )

    def _selected(self) -> list[RunInfo]:
        """The highlighted run and then the marked ones."""
        table, snapshot = self.table, self.console.snapshot
        if table is None:
            return []
        ids = [table.highlighted, *sorted(table.marked - {table.highlighted or ""}, reverse=True)]
        return [run for run in map(snapshot.find, ids) if run is not None]

    def _want(self) -> None:
        table = self.table
        if table is None or self.console.screen_stack[0] is not self:
            return
        ids = [row.id for row in table.rows]
        place = ids.index(table.highlighted) if table.highlighted in ids else 0
        first = max(0, place - VISIBLE_ROWS // 2)
        self.console.want(Wanted(tuple(run.id for run in self._selected()), tuple(ids[first : first + VISIBLE_ROWS])))

    def on_run_table_highlighted(self, event: RunTable.Highlighted) -> None:
        event.stop()
        self._selection_changed()

    def on_run_table_marked(self, event: RunTable.Marked) -> None:
        event.stop()
        self._selection_changed()

    def on_run_table_chosen(self, event: RunTable.Chosen) -> None:
        event.stop()
        self.action_details()

    def _selection_changed(self) -> None:
        if self.panes is not None:
            self.panes.show(self._selected(), self.console.snapshot)
        self._want()
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        self.show_snapshot(self.console.snapshot)

    def on_resize(self) -> None:
        if self.console.snapshot.listed:
            self.call_after_refresh(self.show_snapshot, self.console.snapshot)

    # -- what can be done now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        run, readonly = self._highlighted(), self.console.options.readonly
        state = run.view.state if run is not None and run.view is not None else None
        if action == "stop":
            return not readonly and state in ("queued", "starting", "running", "stalled", "stopping")
        if action == "resume":
            return not readonly and state in ("stopped", "failed", "lost")
        if action == "report":
            return run is not None and run.has_report
        if action == "try_model":
            return run is not None and run.has_model and state in ("done", "stopped", "failed", "lost")
        if action == "details":
            return state is not None
        panes = self.panes
        if action in _OF_CHARTS:
            return panes is not None and run is not None and panes.can(action)
        return True

    def _highlighted(self) -> RunInfo | None:
        table = self.table
        return self.console.snapshot.find(table.highlighted) if table is not None else None

    def _paths(self, run: RunInfo) -> RunPaths:
        return RunPaths(self.console.options.workspace.runs / run.id)

    # -- actions on runs

    def action_stop(self) -> None:
        """Ask how, then ask the run."""
        from tui.screens.curves import short_name
        from tui.screens.stop import StopScreen

        run = self._highlighted()
        if run is None:
            return

        def chosen(way: Stop | None) -> None:
            if way not in (None, Stop.NO):
                self.in_thread(lambda: self._stop(run, way is Stop.NOW), group=f"stop {run.id}")

        self.app.push_screen(StopScreen(short_name(run)), chosen)

    def _stop(self, run: RunInfo, now: bool) -> Message:
        from engine.runs.handle import RunHandle

        RunHandle(self._paths(run)).stop(now=now)
        self.console.feed.nudge()
        return Told("Stop requested: now." if now else "Stop requested: after this step.")

    def action_resume(self) -> None:
        """Go on from the last checkpoint."""
        run = self._highlighted()
        if run is not None:
            self.in_thread(lambda: self._resume(run), group=f"resume {run.id}")

    def _resume(self, run: RunInfo) -> Message:
        from engine.runs.handle import RunHandle

        RunHandle(self._paths(run)).resume()
        self.console.feed.nudge()
        return Told(f"{run.id} goes on.")

    def action_report(self) -> None:
        """Read the report of the highlighted run."""
        from tui.screens.report import read_page

        run = self._highlighted()
        if run is not None:
            page = self._paths(run).report.with_suffix(".md")
            self.in_thread(lambda: self.ReportRead(run.id, read_page(page)), group="report")

    def on_monitor_screen_report_read(self, event: ReportRead) -> None:
        from tui.screens.report import ReportScreen

        self.app.push_screen(ReportScreen(event.title, event.text))

    def action_details(self) -> None:
        """What the run was started with."""
        from tui.screens.details import DetailsScreen

        run = self._highlighted()
        if run is not None and run.view is not None:
            self.app.push_screen(DetailsScreen(run, self._paths(run)))

    def action_try_model(self) -> None:
        """Validate, with this run's model."""
        run = self._highlighted()
        if run is not None:
            self.console.try_run = run.id
            self.console.action_open("validate")

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
        self.refresh_bindings()

    def action_cursor_off(self) -> None:
        self._on_wall("hide_cursor")
        self.refresh_bindings()

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


_ACTIONS = sorted({action.name.partition("(")[0] for action in actions_of("monitor")})
_OF_CHARTS = frozenset(
    {
        "smooth", "log_scale", "axis", "zoom", "pan", "zoom_all", "cursor", "cursor_off", "next_metrics", "big_chart",
        "next_pane",
    }
)  # fmt: skip
