"""Asks the gate about a version, shows each check, and promotes when that is confirmed."""

from __future__ import annotations

import time
from typing import Literal

import msgspec
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.registry.gate import GateResult
from engine.registry.paths import ModelHome
from engine.registry.standing import standing_of
from engine.workspace import Workspace
from tui.models.engine_command import EngineCommand
from tui.models.gate_view import FORCE, gate_lines, missing, verdict_line
from tui.models.moves import Moves
from tui.screens.bars import ActionBar
from tui.screens.base import Told
from tui.screens.field import Field
from tui.screens.window import Window
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.page import Page, wrapped

KEPT = 9
"""Lines of the window for all but the checks: frame, keys, a field, what is missing, two ways on."""
FIELD = 3
State = Literal["asking", "answered", "moving", "over"]
LEAVE, PROMOTE, AGAIN = "leave", "promote", "again"


class GateScreen(Window[str]):
    """Hands back what was done, in a sentence; empty when nothing was."""

    CSS_PATH = ["window.tcss", "models_windows.tcss"]

    def __init__(self, workspace: Workspace, home: ModelHome, number: int, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._workspace, self._home, self._number = workspace, home, number
        self._ascii_only = ascii_only
        self._state: State = "asking"
        self._since = 0.0
        self._result: GateResult | None = None
        self._seq = 0
        """The last move when the gate was asked: what it measured against."""
        self._said: list[Line] = []

    @property
    def reference(self) -> str:
        """`utility/ner@3`."""
        return f"{self._home.name}@{self._number}"

    def compose(self) -> ComposeResult:
        with Vertical(id="window", classes="wide") as window:
            window.border_title = Text(f"Promote {self.reference}?")
            with VerticalScroll(id="gate-page"):
                yield Page(ascii_only=self._ascii_only, id="gate-said")
            force = Field(id="force", classes="absent")
            force.border_title = f"Type {FORCE} to promote it all the same"
            yield force
            why = Field(id="why", classes="absent")
            why.border_title = "Why (stands in the history)"
            yield why
            yield Static(id="missing", classes="absent", markup=False)
            yield OptionList(id="what-next", classes="absent")
        yield EngineCommand(self._workspace)
        yield Moves(self._workspace)
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one(Page).show(self._lines)
        self.set_interval(1.0, self._tick)
        self._ask()

    def on_resize(self) -> None:
        self._leave_room()

    # -- asking

    def _ask(self) -> None:
        self._state, self._since, self._result, self._said = "asking", time.monotonic(), None, []
        self._show()
        self.query_one(EngineCommand).start(
            ["models", "gate", self.reference],
            lambda told: msgspec.json.decode(told, type=GateResult),
            before=lambda: standing_of(self._home).seq,
        )

    def _tick(self) -> None:
        if self._state == "asking":
            self.query_one(Page).redraw()

    def on_engine_command_ended(self, event: EngineCommand.Ended) -> None:
        event.stop()
        self._state = "answered"
        if isinstance(event.answer, GateResult) and isinstance(event.before, int):
            self._result, self._seq = event.answer, event.before
        else:
            self._state = "over"
            self._said = [((event.problem, int(Role.ERROR)),)]
        self._show()

    # -- confirming

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        # By name: two that came in one burst must not go two fields on.
        self.query_one("#why" if event.input.id == "force" else "#what-next").focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        match event.option.id:
            case "promote":
                self._promote()
            case "again":
                self._ask()
            case _:
                self.dismiss("")

    def _promote(self) -> None:
        result = self._result
        if result is None:
            return
        typed, why = (self.query_one(f"#{name}", Input).value.strip() for name in ("force", "why"))
        problem = missing(result, typed, why)
        self._complain(problem)
        if problem:
            self.query_one("#force" if typed != FORCE else "#why", Input).focus()
            return
        self._state = "moving"
        self._show()
        self.query_one(Moves).promote(self.reference, result, self._seq, why=why, force=not result.passed)

    def on_moves_made(self, event: Moves.Made) -> None:
        event.stop()
        self.dismiss(event.sentence)

    def on_moves_overtaken(self, event: Moves.Overtaken) -> None:
        event.stop()
        self._end(f"Nothing was moved: somebody was first. {event.sentence}", Role.WARNING)

    def on_moves_refused(self, event: Moves.Refused) -> None:
        event.stop()
        self._end(event.sentence, Role.ERROR)

    def on_told(self, event: Told) -> None:
        event.stop()
        self._end(event.text, Role.ERROR)

    def _end(self, sentence: str, role: Role) -> None:
        self._state, self._result = "over", None
        self._said = [((sentence, int(role)),)]
        self._show()

    def action_dismiss_window(self) -> None:
        """Leave; what is being measured is ended."""
        if self._state != "moving":
            self.query_one(EngineCommand).cancel()
            self.dismiss("")

    # -- what is shown

    def _show(self) -> None:
        result, state = self._result, self._state
        self._complain("")
        self.query_one(Page).show(self._lines)
        self._leave_room()
        refused = result is not None and not result.passed
        self.query_one("#force").set_class(state != "answered" or not refused, "absent")
        self.query_one("#why").set_class(state != "answered", "absent")
        options = self.query_one(OptionList)
        options.set_class(state in ("asking", "moving"), "absent")
        options.clear_options()
        if state == "answered":
            verb = "Promote it against the gate" if refused else "Promote it"
            options.add_options([Option("Not yet", id=LEAVE), Option(Text(verb), id=PROMOTE)])
        elif state == "over":
            options.add_options([Option("Look again", id=AGAIN), Option("Leave it", id=LEAVE)])
        if options.option_count:
            # The way back is the one that Enter takes; where nothing can be moved, the look.
            options.highlighted = 0
            self.query_one("#why").focus() if state == "answered" and not refused else options.focus()

    def _lines(self, width: int) -> list[Line]:
        if self._state == "asking":
            seconds = int(time.monotonic() - self._since)
            dots = "..." if self._ascii_only else "…"
            head = f"Asking the gate {dots} {seconds} s"
            told = (
                "Targets, files, and both models on the same held-out rows, in a process of its own. "
                "Esc ends it; nothing is moved before you confirm."
            )
            return [((head, Role.TITLE | BOLD),), *wrapped(told, width, Role.MUTED)]
        if self._state == "moving":
            return [(("Writing the move …" if not self._ascii_only else "Writing the move ...", Role.TEXT),)]
        if self._result is None:
            return [part for line in self._said for text, role in line for part in wrapped(text, width, role)]
        production = self._result.production
        beside = f"It would replace {production}." if production else "Nothing is in production yet."
        return [
            verdict_line(self._result, ascii_only=self._ascii_only),
            ((beside, Role.MUTED),),
            (),
            *gate_lines(self._result, width, ascii_only=self._ascii_only),
        ]

    def _leave_room(self) -> None:
        """What can be done next is always in sight; the checks scroll."""
        refused = self._result is not None and not self._result.passed
        kept = KEPT + (FIELD if refused else 0)
        self.query_one("#gate-page").styles.max_height = max(3, self.size.height - kept)

    def _complain(self, problem: str) -> None:
        said = self.query_one("#missing", Static)
        said.set_class(not problem, "absent")
        said.update(problem)
