"""Asks how runs are to be stopped, and says what each way keeps."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.feed.model import RunInfo
from tui.monitor.names import short_name
from tui.monitor.stops import Way, ways_for
from tui.places.place import StopWay
from tui.screens.bars import ActionBar
from tui.screens.window import Window

_LISTED = 8


class StopScreen(Window[StopWay]):
    """Hands back the chosen way; None when the operator thought better of it."""

    def __init__(self, runs: Sequence[RunInfo]) -> None:
        super().__init__()
        self._runs = list(runs)
        self._ways = ways_for(self._runs)

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = Text(f"Stop {_title(self._runs)}?")
            if len(self._runs) > 1:
                yield Static(Text(_list(self._runs)), id="stop-runs")
            yield OptionList(*(Option(_prompt(way), id=str(place)) for place, way in enumerate(self._ways)))
        yield ActionBar()

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        # The gentle way is the one that Enter takes.
        choices.highlighted = 0
        choices.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._ways[int(event.option.id or "0")].way)


def _title(runs: Sequence[RunInfo]) -> str:
    return short_name(runs[0]) if len(runs) == 1 else f"{len(runs)} runs"


def _list(runs: Sequence[RunInfo]) -> str:
    names = [short_name(run) for run in runs[:_LISTED]]
    return ", ".join(names) + (f" and {len(runs) - _LISTED} more" if len(runs) > _LISTED else "")


def _prompt(way: Way) -> Text:
    prompt = Text()
    prompt.append(way.title, "bold")
    prompt.append(f"\n{way.text}")
    return prompt
