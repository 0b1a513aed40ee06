"""The fields of Validate: a text, two of them, or the path of a picture."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.predictor import Row
from tui.screens.asking import TEXT, Asking, asking_for
from tui.screens.field import Field


class AskFields(Vertical):
    """What is written, and the sample that it stands for."""

    @dataclass
    class Written(Message):
        """The operator asks."""

    def __init__(self) -> None:
        super().__init__(id="ask-fields")
        self.kind: Asking = TEXT
        self._filled: tuple[str, str, Row, str] | None = None
        """What stands in the fields for a sample that was filled in, the sample, and its split."""

    def compose(self) -> ComposeResult:
        yield Field(id="first")
        second = Field(id="second", placeholder="Write another text")
        second.border_title = "Second text"
        yield second

    def on_mount(self) -> None:
        self.ask_for("")

    def ask_for(self, task: str) -> None:
        """Show the fields of a task; what was filled in for another model stays written."""
        self.kind, first = asking_for(task), self.query_one("#first", Input)
        self.query_one("#second").display = bool(self.kind.second)
        first.border_title, first.placeholder = self.kind.first, self.kind.placeholder

    def focus_first(self) -> None:
        """Let keys be letters."""
        self.query_one("#first").focus()

    def fill(self, sample: Row, name: str, split: str) -> None:
        """Write a sample; `name` stands for a picture that it carries itself."""
        first, second = self.kind.written(sample, name)
        self._filled = (first.strip(), second.strip(), sample, split)
        for field, value in (("#first", first), ("#second", second)):
            written = self.query_one(field, Input)
            written.value = value
            written.cursor_position = 0  # the beginning tells a long text

    def asked(self) -> tuple[Row, str] | None:
        """The sample, and its split where it was picked from one; None where something is missing."""
        first, second = (self.query_one(field, Input).value.strip() for field in ("#first", "#second"))
        sample = self.kind.sample(first, second)
        if sample is not None and self._filled is not None and self._filled[:2] == (first, second):
            return self._filled[2:]
        return (sample, "") if sample is not None else None

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        second = self.query_one("#second", Input)
        if event.input.id == "first" and second.display and not second.value.strip():
            second.focus()
        else:
            self.post_message(self.Written())
