"""The filter above the table of runs: a field, and below it what can be written and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from engine.runs.filter import Filter, FilterError, parse_filter
from tui.actions import bindings_of
from tui.monitor.hint import completed, completions, hint, readable_part, settled
from tui.screens.field import Field
from tui.widgets.lines import Lines


class FilterField(Field):
    """Keys are letters here, and Tab completes while there is something to complete."""

    BINDINGS = bindings_of("filter")

    class Done(Message):
        """The operator goes on with the runs."""

    class Given(Message):
        """The operator wants no filter."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "complete":
            return bool(completions(self.value, self.cursor_position))
        return super().check_action(action, parameters)

    def action_complete(self) -> None:
        """Take the first that is offered."""
        found = completed(self.value, self.cursor_position)
        if found is not None:
            self.value, self.cursor_position = found

    def action_done(self) -> None:
        self.post_message(self.Done())

    def action_clear_filter(self) -> None:
        self.post_message(self.Given())

    def on_key(self, event: Key) -> None:
        # What the keys in the footer do depends on what stands in the field.
        self.call_after_refresh(self.screen.refresh_bindings)


class FilterBar(Vertical):
    """Hidden until it is wanted. Of a filter that cannot be read the part before the mistake counts."""

    @dataclass
    class Changed(Message):
        """Other runs are wanted."""

        wanted: Filter

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FilterBar.Changed)

    def __init__(self, *, ascii_only: bool, id: str) -> None:
        super().__init__(id=id)
        self._ascii_only = ascii_only
        self.wanted = parse_filter("")
        self._problem: FilterError | None = None
        self._counts = (0, 0)

    def compose(self) -> ComposeResult:
        yield FilterField(placeholder="task:ner status:failed f1>0.8", id="filter", compact=True)
        yield Lines(ascii_only=self._ascii_only, id="filter-hint")

    def on_mount(self) -> None:
        self.field.can_focus = False
        self.display = False

    @property
    def field(self) -> FilterField:
        """Where it is written."""
        return self.query_one(FilterField)

    @property
    def active(self) -> bool:
        """Whether it is there."""
        return self.display

    @property
    def writing(self) -> bool:
        """Whether keys are letters of it."""
        return self.display and self.field.has_focus

    def open(self) -> None:
        """Let the operator write."""
        self.display = True
        self.field.can_focus = True
        self.field.focus()
        self._tell()

    def close(self) -> None:
        """Every run again."""
        self.field.value = ""
        self.field.can_focus = False
        self.display = False

    def count(self, shown: int, total: int) -> None:
        """Say how many runs it shows."""
        if self.display and self._counts != (shown, total):
            self._counts = (shown, total)
            self._tell()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._read(settled(event.value, self.field.cursor_position))

    def settle(self) -> None:
        """Take every word for what it is: no more is written."""
        self._read(self.field.value)

    def _read(self, text: str) -> None:
        try:
            wanted, self._problem = parse_filter(text), None
        except FilterError as problem:
            self._problem = problem
            wanted = readable_part(text, problem) or self.wanted
        if wanted.text != self.wanted.text:
            self.wanted = wanted
            self.post_message(self.Changed(wanted))
        self._tell()

    def _tell(self) -> None:
        text, cursor, problem, (shown, total) = (
            self.field.value,
            self.field.cursor_position,
            self._problem,
            self._counts,
        )
        writing = self.field.has_focus
        self.query_one(Lines).show(
            lambda width, height: [hint(text, cursor, problem, shown, total, width, writing=writing)]
        )

    def on_descendant_focus(self) -> None:
        self._tell()

    def on_descendant_blur(self) -> None:
        self._tell()
