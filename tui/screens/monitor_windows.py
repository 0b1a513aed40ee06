"""The windows over Monitor. Each is imported when it is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from tui.feed.model import Moment, RunInfo
from tui.monitor.names import short_name
from tui.monitor.stops import can_be_stopped
from tui.screens.base import ConsoleScreen

if TYPE_CHECKING:
    from engine.runs.spec import RunSpec
    from tui.places.place import StopWay


class Windows:
    """Opens them; what the operator chose there goes to whoever asked."""

    def __init__(self, screen: ConsoleScreen) -> None:
        self._screen = screen

    def ask_how_to_stop(self, runs: Sequence[RunInfo], stop: Callable[[Sequence[RunInfo], StopWay], None]) -> None:
        """The ways to stop, and what each keeps."""
        from tui.screens.stop import StopScreen

        def chosen(way: StopWay | None) -> None:
            if way is not None:
                stop(runs, way)

        if runs:
            self._screen.app.push_screen(StopScreen(runs), chosen)

    def report(self, title: str, text: str) -> None:
        """The page of an evaluation."""
        from tui.screens.report import ReportScreen

        self._screen.app.push_screen(ReportScreen(title, text))

    def details(self, run: RunInfo) -> None:
        """What a run was started with."""
        from tui.screens.details import DetailsScreen

        place = self._screen.console.place_of(run)
        self._screen.app.push_screen(DetailsScreen(run, lambda: place.spec(run.id)))

    def difference(self, runs: Sequence[RunInfo], specs: Sequence[RunSpec]) -> None:
        """What differs between the settings of runs."""
        from tui.screens.difference_window import DifferenceScreen

        plain = self._screen.console.options.ascii_only
        self._screen.app.push_screen(DifferenceScreen([short_name(run) for run in runs], specs, ascii_only=plain))

    def log(self, run: RunInfo) -> None:
        """The whole log of a run."""
        from tui.screens.log_window import LogScreen

        console = self._screen.console
        place, live = console.place_of(run), can_be_stopped(run)
        title = Text(f"Log of {short_name(run)}")
        self._screen.app.push_screen(
            LogScreen(title, lambda: place.log(run.id), ascii_only=console.options.ascii_only, live=live)
        )

    def moments(self, run: RunInfo, go_to: Callable[[Moment], None]) -> None:
        """What happened to a run, and when."""
        from tui.screens.moments_window import MomentsScreen

        console = self._screen.console

        def known() -> Sequence[Moment]:
            detail = console.snapshot.details.get(run.id)
            return detail.moments if detail is not None else ()

        def chosen(moment: Moment | None) -> None:
            if moment is not None:
                go_to(moment)

        plain = console.options.ascii_only
        window = MomentsScreen(short_name(run), known, console.snapshot_signal, ascii_only=plain)
        self._screen.app.push_screen(window, chosen)
