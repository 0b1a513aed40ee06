"""What stands below the table of runs: charts, log, recall of each class, and devices of the selected runs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical

from tui.feed.model import LogLine, PlaceInfo, RunInfo, Snapshot
from tui.monitor.attribution import WORKING, shares_of
from tui.monitor.axis_marks import marks_of
from tui.monitor.names import short_name
from tui.monitor.readings import readings
from tui.screens.curves import Selected, panels_of
from tui.screens.log_lines import as_line
from tui.screens.recalls import recalls_of
from tui.screens.wall import ChartWall
from tui.widgets.device_panel import DevicePanel, device_rows
from tui.widgets.lines import Lines
from tui.widgets.log_tail import LogTail
from tui.widgets.recall_panel import RecallPanel

PANES = ("charts", "log", "devices")


class Panes(Vertical):
    """All three where the window is high enough; one of them where it is not."""

    def __init__(self, *, ascii_only: bool, id: str) -> None:
        super().__init__(id=id)
        self._ascii_only = ascii_only
        self._pane = 0
        self._run: str | None = None
        self._log: tuple[LogLine, ...] = ()

    def compose(self) -> ComposeResult:
        with Container(id="above"):
            yield ChartWall(ascii_only=self._ascii_only, id="charts")
            yield Lines(ascii_only=self._ascii_only, id="readings")
        with Horizontal(id="below"):
            log = LogTail(ascii_only=self._ascii_only, id="log")
            log.border_title = "Log"
            log.can_focus = False
            yield log
            recalls = RecallPanel(ascii_only=self._ascii_only, id="recalls")
            recalls.border_title = "Recall"
            recalls.display = False
            yield recalls
            devices = DevicePanel(ascii_only=self._ascii_only, id="devices")
            devices.border_title = "Devices"
            yield devices

    def on_mount(self) -> None:
        self._show_pane()

    @property
    def wall(self) -> ChartWall:
        """The charts."""
        return self.query_one(ChartWall)

    def show(self, selected: Sequence[Selected], snapshot: Snapshot, run: RunInfo | None) -> None:
        """Show the curves of these runs, and all else of the highlighted one."""
        first = Selected(run, snapshot.details.get(run.id)) if run is not None else None
        moments = first.detail.moments if first is not None and first.detail is not None else ()
        panels = panels_of([run for run in selected if run.info.view is not None])
        self.wall.show(panels, marks_of(moments, ascii_only=self._ascii_only))
        self._show_readings()
        self._show_log(first)
        classes = recalls_of(first)
        panel = self.query_one(RecallPanel)
        panel.display = bool(classes)
        panel.show(classes)
        self._show_devices(first, snapshot)

    def _show_devices(self, first: Selected | None, snapshot: Snapshot) -> None:
        """The machine of the highlighted run, and who uses it."""
        place = first.info.place if first is not None else ""
        machine = snapshot.place(first.info) if first is not None else None
        figures: dict[str, float | None] = dict(machine.figures if machine is not None else snapshot.figures)
        view = first.info.view if first is not None else None
        if first is not None and first.detail is not None and view is not None and view.state in WORKING:
            # What the run's own machine says goes before what this one sees: they may differ.
            figures |= first.detail.figures
        panel = self.query_one(DevicePanel)
        panel.border_title = Text(devices_title(machine))
        shares = shares_of(snapshot.runs, snapshot.details, figures, place)
        panel.show(device_rows(figures), lambda width: [_user(share, width) for share in shares])

    def on_chart_wall_looked(self, event: ChartWall.Looked) -> None:
        event.stop()
        self._show_readings()

    def _show_readings(self) -> None:
        """All figures beside the one chart; beside several, their legends say them."""
        wall, ascii_only = self.wall, self._ascii_only
        if wall.is_big:
            self.query_one("#readings", Lines).show(
                lambda width, height: readings(wall.panels, wall.view, width, height, ascii_only=ascii_only)
            )

    def _show_log(self, run: Selected | None) -> None:
        log = self.query_one(LogTail)
        lines = run.detail.log if run is not None and run.detail is not None else ()
        run_id = run.info.id if run is not None else None
        if run_id == self._run and lines == self._log:
            return
        known = len(self._log)
        if run_id == self._run and known and lines[:known] == self._log:
            log.append([as_line(line) for line in lines[known:]])
        else:
            log.show([as_line(line) for line in lines])
            log.border_title = Text(f"Log of {short_name(run.info)}" if run is not None else "Log")
        self._run, self._log = run_id, lines

    # -- one pane at a time, where there is no room for three

    def can(self, action: str) -> bool:
        """Whether an action on charts or panes does anything now."""
        if action == "next_pane":
            return not self._roomy
        if action == "next_metrics":
            return self._charts_shown and self.wall.pages > 1
        return self._charts_shown

    def next_pane(self) -> None:
        """Charts, then log, then devices."""
        self._pane = (self._pane + 1) % len(PANES)
        self._show_pane()

    @property
    def _roomy(self) -> bool:
        return not self.screen.has_class("-short")

    @property
    def _charts_shown(self) -> bool:
        return self._roomy or PANES[self._pane] == "charts"

    def _show_pane(self) -> None:
        for pane in PANES:
            self.set_class(pane == PANES[self._pane], f"-{pane}")


def devices_title(machine: PlaceInfo | None) -> str:
    """Whose devices they are, and whether their figures are old."""
    if machine is None:
        return "Devices"
    return f"Devices of {machine.name}" + ("" if machine.connected else ", when it was last seen")
