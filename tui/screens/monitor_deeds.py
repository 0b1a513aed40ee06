"""What Monitor does with runs: each asks the place of the run, in a thread, and tells how it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from engine.errors import FinetopError
from tui.feed.model import RunInfo
from tui.monitor.names import short_name
from tui.places.place import StopWay
from tui.screens.base import ConsoleScreen, Told

if TYPE_CHECKING:
    from engine.runs.spec import RunSpec


class ReportRead(Message):
    """The page of a report is here."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.title, self.text = title, text


class SpecsRead(Message):
    """What runs were started with."""

    def __init__(self, runs: list[RunInfo], specs: list[RunSpec], purpose: str) -> None:
        super().__init__()
        self.runs, self.specs, self.purpose = runs, specs, purpose


class Deeds:
    """Has no state: asks, and leaves the rest to the screen's messages."""

    def __init__(self, screen: ConsoleScreen) -> None:
        self._screen = screen

    def stop(self, runs: Sequence[RunInfo], way: StopWay) -> None:
        """Stop them in one way."""
        console = self._screen.console

        def work() -> Message:
            said, failed = [], []
            for run in runs:
                try:
                    said.append(console.place_of(run).stop(run.id, way))
                except FinetopError as problem:
                    failed.append(str(problem))
                console.feed.nudge()
            if failed:
                return Told("\n".join([*failed, *said]), failed=True)
            done = "killed" if way is StopWay.KILL else f"asked to stop {way.value}"
            return Told(said[0] if len(said) == 1 else f"{len(said)} runs were {done}.")

        self._screen.in_thread(work, group=f"stop {runs[0].id}", exclusive=False)

    def resume(self, run: RunInfo) -> None:
        """Go on from the last checkpoint."""
        console = self._screen.console

        def work() -> Message:
            said = console.place_of(run).resume(run.id)
            console.feed.nudge()
            return Told(said)

        self._screen.in_thread(work, group=f"resume {run.id}")

    def report(self, run: RunInfo) -> None:
        """Read its report; `ReportRead` follows."""
        place = self._screen.console.place_of(run)
        self._screen.in_thread(lambda: ReportRead(run.id, place.report(run.id)), group="report")

    def specs(self, runs: Sequence[RunInfo], purpose: str) -> None:
        """Read what they were started with; `SpecsRead` follows."""
        console, chosen = self._screen.console, list(runs)

        def work() -> Message:
            return SpecsRead(chosen, [console.place_of(run).spec(run.id) for run in chosen], purpose)

        self._screen.in_thread(work, group=purpose)


def named(runs: Sequence[RunInfo]) -> str:
    """`ner 7f3a`, or `3 runs`."""
    return short_name(runs[0]) if len(runs) == 1 else f"{len(runs)} runs"
