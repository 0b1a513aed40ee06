"""A window in which a model is asked about every row of a file, and the answers are paged through."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tui.actions import bindings_of
from tui.labelling.beside import Beside
from tui.paths import typed_path
from tui.predictor import Predictor
from tui.screens.bars import ActionBar
from tui.screens.field import Field
from tui.screens.window import Window
from tui.theme import Role, palette_of
from tui.validate.asker import said
from tui.validate.batch import Asked, Progress, Result, free_name, output_for, run_batch
from tui.validate.batch_view import ORDERS, batch_line, in_order, progress_lines, summary_lines
from tui.widgets.cells import Line
from tui.widgets.lines import Lines
from tui.widgets.row_list import RowList

PACE_S = 0.25
"""Progress is told no more often."""


@dataclass(frozen=True)
class Asks:
    """Which model is asked, and how."""

    name: str
    directory: Path
    predicts_on: str
    readonly: bool = False


@dataclass
class Table:
    """A batch that was done, as the operator left it."""

    result: Result
    order: int = 0
    only_wrong: bool = False
    at: int = 0


@dataclass
class Batch:
    """One that runs: what stops it must not stop, or wake, the one after it."""

    stopped: bool = False
    predictor: Predictor | None = None


class BatchRunner(Beside):
    """One batch, in a process of its own: questions on the screen wait for nothing."""

    @dataclass
    class Went(Message):
        """How far it is; what is newer says all that is older."""

        progress: Progress

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, BatchRunner.Went)

    @dataclass
    class Ended(Message):
        """It is done, or the sentence that says why not."""

        result: Result | None = None
        problem: str = ""

    @dataclass
    class Named(Message):
        """Where the predictions of a file would go."""

        written: str
        output: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, BatchRunner.Named)

    def __init__(self, asks: Asks) -> None:
        super().__init__(id="batch-runner")
        self._asks = asks
        self._batch = Batch()

    def propose(self, written: str) -> None:
        """Look for a name that is free: a path may lie where reading takes long."""
        self.in_thread(lambda: self.Named(written, output_for(written)))

    def start(self, source: str, output: str | None) -> None:
        """Begin. An empty `output` is the one that is proposed; with None nothing is written."""
        batch = self._batch = Batch()
        told = 0.0

        def report(progress: Progress) -> None:
            nonlocal told
            if not batch.stopped and (time.monotonic() - told >= PACE_S or progress.done == progress.total):
                told = time.monotonic()
                self.post_message(self.Went(progress))

        def work() -> Message | None:
            asks = self._asks
            try:
                path = typed_path(source)
                to = None if output is None else typed_path(output) if output else free_name(path)
                batch.predictor = Predictor(asks.directory)
                result = run_batch(
                    batch.predictor,
                    path,
                    asks.predicts_on,
                    asks.name,
                    to,
                    report,
                    lambda: batch.stopped,
                )
            except Exception as problem:  # whatever a model's process does becomes a sentence
                return None if batch.stopped else self.Ended(problem=said(problem))
            finally:
                if batch.predictor is not None:
                    batch.predictor.close()
            return self.Ended(result)

        self.in_thread(work)

    def stop(self) -> None:
        """End the process; nothing is written, and nothing is told any more."""
        batch = self._batch
        batch.stopped = True
        if batch.predictor is not None:
            batch.predictor.end()

    def on_unmount(self) -> None:
        self.stop()


class BatchScreen(Window[Asked]):
    """Hands back the row to look at; the table of a batch that is done stays with whoever opened the window."""

    CSS_PATH = ["window.tcss", "batch.tcss"]
    BINDINGS = bindings_of("batch")

    def __init__(self, asks: Asks, table: Table | None, *, ascii_only: bool) -> None:
        super().__init__()
        self._asks, self.table, self._ascii_only = asks, table, ascii_only
        self._busy = False
        self._shown: list[Asked] = []
        self._named = ""
        """The output that was proposed."""

    def compose(self) -> ComposeResult:
        with Vertical(id="window", classes="wide batch") as window:
            window.border_title = Text(f"Every row of a file, by {self._asks.name}")
            yield Static(id="about")
            yield Field(id="source", placeholder="JSONL, CSV, TXT with one row a line, or a folder of pictures")
            yield Field(id="output")
            yield Lines(ascii_only=self._ascii_only, id="progress")
            yield RowList(ascii_only=self._ascii_only, id="rows")
        yield ActionBar()
        yield BatchRunner(self._asks)

    def on_mount(self) -> None:
        self.query_one("#source").border_title = "File"
        self.query_one("#output").border_title = "Predictions go to"
        self._show()

    def _show(self) -> None:
        """The form, the progress, or the table."""
        table, running = self.table, self._busy
        for name, is_there in (
            ("#source", table is None and not running),
            ("#output", table is None and not running and not self._asks.readonly),
            ("#progress", table is not None or running),
            ("#rows", table is not None),
        ):
            self.query_one(name).display = is_there
        self.query_one("#progress").set_class(running, "-running")
        if table is not None:
            self._show_table(table)
            self.query_one(RowList).focus()
        elif not running:
            self.query_one("#source").focus()
        # The focus moves later than this.
        self.call_after_refresh(self.refresh_bindings)

    def _show_table(self, table: Table) -> None:
        order, plain = ORDERS[table.order], self._ascii_only
        shown = self._shown = in_order(table.result.rows, order, only_wrong=table.only_wrong)
        digits = len(str(max((one.number for one in table.result.rows), default=0)))
        about = summary_lines(table.result, len(shown), order, only_wrong=table.only_wrong, ascii_only=plain)
        self.query_one(Lines).show(lambda width, height: about)

        def line(place: int, width: int) -> Line:
            return batch_line(shown[place], width, digits, ascii_only=plain)

        self._say("", Role.MUTED)
        self.query_one(RowList).show(len(shown), line, empty="No row is like that.", at=table.at)

    def _say(self, text: str, role: Role) -> None:
        about = self.query_one("#about", Static)
        about.update(Text(text, palette_of(self.app).style(role, Style.null())))
        about.display = bool(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("next_order", "only_wrong", "another"):
            return self.table is not None
        return True

    # -- the form

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        output = self.query_one("#output", Input)
        if event.input.id == "source" and output.value == self._named:
            self.query_one(BatchRunner).propose(event.value)

    def on_batch_runner_named(self, event: BatchRunner.Named) -> None:
        event.stop()
        output = self.query_one("#output", Input)
        if event.written == self.query_one("#source", Input).value and output.value == self._named:
            self._named = output.value = event.output

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        written = self.query_one("#source", Input).value.strip()
        if not written:
            self._say("Write the path of a file.", Role.WARNING)
            return
        named = self.query_one("#output", Input).value.strip()
        proposed = named == self._named
        if not named and not proposed and not self._asks.readonly:
            self._say("Write where the predictions go.", Role.WARNING)
            return
        self._busy = True
        self._say(f"Loading {self._asks.name}. Esc stops it; then nothing is written.", Role.MUTED)
        self.query_one(Lines).show(lambda width, height: ())
        # Who is faster than the proposal gets it all the same.
        output = None if self._asks.readonly else "" if proposed else named
        self.query_one(BatchRunner).start(written, output)
        self._show()

    # -- the work

    def on_batch_runner_went(self, event: BatchRunner.Went) -> None:
        event.stop()
        if self._busy:
            lines = progress_lines(event.progress, ascii_only=self._ascii_only)
            self._say("Asking. Esc stops it; then nothing is written.", Role.MUTED)
            self.query_one(Lines).show(lambda width, height: lines)

    def on_batch_runner_ended(self, event: BatchRunner.Ended) -> None:
        event.stop()
        if not self._busy:
            return
        self._busy = False
        if event.result is not None:
            self.table = Table(event.result)
        elif event.problem:
            self._say(event.problem, Role.ERROR)
        self._show()

    # -- the table

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        one = self._shown[event.at]
        assert self.table is not None
        self.table.at = event.at
        if not one.problem:
            self.dismiss(one)

    def action_next_order(self) -> None:
        """By row, the least sure first, the surest first."""
        if self.table is not None:
            self.table.order, self.table.at = (self.table.order + 1) % len(ORDERS), 0
            self._show_table(self.table)

    def action_only_wrong(self) -> None:
        """Only rows that are wrong, or failed; and all again."""
        if self.table is not None:
            self.table.only_wrong, self.table.at = not self.table.only_wrong, 0
            self._show_table(self.table)

    def action_another(self) -> None:
        """Name another file."""
        self.table = None
        self._show()

    def action_dismiss_window(self) -> None:
        """Stop what runs; else close."""
        if self._busy:
            self._busy = False
            self.query_one(BatchRunner).stop()
            self._say("Stopped; nothing was written.", Role.WARNING)
            self._show()
        else:
            self.dismiss(None)
