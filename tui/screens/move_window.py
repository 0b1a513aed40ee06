"""Asks before a model is moved: what would be done, the fields it needs, and the way back first."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.models.questions import Question, Values
from tui.screens.bars import ActionBar
from tui.screens.field import Field
from tui.screens.window import Window
from tui.theme import Role
from tui.widgets.cells import Line
from tui.widgets.page import Page, wrapped


class MoveScreen(Window[Values]):
    """Hands back what stands in the fields; None when the operator thought better of it."""

    CSS_PATH = ["window.tcss", "models_windows.tcss"]

    def __init__(self, question: Question, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._question, self._ascii_only = question, ascii_only

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="window", can_focus=False) as window:
            window.border_title = Text(self._question.title)
            yield Page(ascii_only=self._ascii_only, id="what-happens")
            for asked in self._question.fields:
                field = Field(asked.value, placeholder=asked.placeholder, id=asked.name)
                field.border_title = asked.title
                yield field
            yield Static(id="missing", classes="absent", markup=False)
            yield OptionList(Option("Not yet", id=""), Option(Text(self._question.verb), id="move"))
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one(Page).show(self._lines)
        self.query_one(OptionList).highlighted = 0
        first = self.query(Input).first() if self._question.fields else self.query_one(OptionList)
        first.focus()

    def _lines(self, width: int) -> list[Line]:
        return [line for sentence in self._question.sentences for line in wrapped(sentence, width, Role.TEXT)]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        # By name: two that came in one burst must not go two fields on.
        names = [asked.name for asked in self._question.fields]
        at = names.index(event.input.id or "")
        self.query_one(f"#{names[at + 1]}" if at + 1 < len(names) else OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option.id != "move":
            self.dismiss(None)
            return
        values = {
            asked.name: self.query_one(f"#{asked.name}", Input).value.strip() for asked in self._question.fields
        }
        problem = self._question.missing(values)
        if not problem:
            self.dismiss(values)
            return
        said = self.query_one("#missing", Static)
        said.remove_class("absent")
        said.update(problem)
        if self._question.fields:
            self.query(Input).first().focus()
