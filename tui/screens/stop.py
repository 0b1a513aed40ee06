"""Asks how a run is to be stopped, and says what each way keeps."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.tasks.contract import Stop
from tui.screens.bars import ActionBar
from tui.screens.window import Window

WAYS = (
    (
        Stop.AFTER_STEP,
        "After this step",
        "Ends the step, publishes a checkpoint, evaluates and hands over the best model so far. It can be resumed.",
    ),
    (
        Stop.NOW,
        "Now",
        "Publishes a checkpoint and leaves within 5 s, without evaluation. It can be resumed.",
    ),
    (Stop.NO, "Do not stop", "The run goes on."),
)


class StopScreen(Window[Stop]):
    """Hands back the chosen way; `Stop.NO` when the operator thought better of it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        with Vertical(id="window") as window:
            window.border_title = f"Stop {self._title}?"
            yield OptionList(*(Option(_prompt(title, text), id=way.name) for way, title, text in WAYS))
        yield ActionBar()

    def on_mount(self) -> None:
        # The gentle way is the one that Enter takes.
        self.query_one(OptionList).highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(Stop[event.option.id or "NO"])

    def action_dismiss_window(self) -> None:
        self.dismiss(Stop.NO)


def _prompt(title: str, text: str) -> Text:
    prompt = Text()
    prompt.append(title, "bold")
    prompt.append(f"\n{text}")
    return prompt
