"""A window that makes a dataset: the form at the left, at the right what it would make; nothing is written before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer

from engine.pictures.graphics import Graphics
from engine.workspace import Workspace
from tui.actions import bindings_of
from tui.data.form import Entry, Form
from tui.data.making import Making, made_ids
from tui.data.offers import ProfileOffer
from tui.data.plain import plain
from tui.data.preview_view import preview_lines, progress_lines
from tui.data.previewed import Previewed, decode
from tui.screens.bars import ActionBar
from tui.screens.base import Told, attempt
from tui.screens.data_examples import ExamplesView
from tui.screens.data_form import FormSheet
from tui.screens.data_pictures import SLOTS
from tui.screens.window import Window
from tui.theme import Role
from tui.widgets.cells import Line
from tui.widgets.lines import Lines
from tui.widgets.page import wrapped

FIRST_SLOT = 9 + SLOTS
"""Those before it are of the screen below."""
PREVIEW, MAKE = "preview", "make"
PAUSE_S = 0.4
"""After the last key: so long nothing is asked of the engine."""


class MakeWindow(Window[tuple[str, ...]]):
    """Answers the names of the datasets that were made. A subclass says what is asked, and what it means."""

    CSS_PATH = ["window.tcss", "make_window.tcss"]
    BINDINGS = bindings_of("make")
    HEADING: ClassVar[str]
    MAKING: ClassVar[str]
    """What is said while it is made."""

    class Settled(Message):
        """The form was checked: the command that it means, or what is wrong with it."""

        def __init__(self, turn: int, arguments: Sequence[str], problem: str, form: Form | None = None) -> None:
            super().__init__()
            self.turn, self.arguments, self.problem, self.form = turn, tuple(arguments), problem, form

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, MakeWindow.Settled)

    def __init__(self, workspace: Workspace, graphics: Graphics, *, ascii_only: bool) -> None:
        super().__init__()
        self._workspace, self._graphics, self._ascii_only = workspace, graphics, ascii_only
        self.offers: tuple[ProfileOffer, ...] = ()
        self._problem = ""
        self._told = ""
        self._told_of: Entry | None = None
        """What was told, and the entry that it is about."""
        self._turn = 0
        self._arguments: tuple[str, ...] = ()
        """What the form means; empty while something is wrong with it."""
        self._timer: Timer | None = None
        self._previews: tuple[Previewed, ...] = ()
        self._fresh = False
        """Whether the previews are of what the form says now."""
        self._which = self._first = 0
        self._shown = 0

    def compose(self) -> ComposeResult:
        ascii_only = self._ascii_only
        with Horizontal(id="window", classes="make") as window:
            window.border_title = self.HEADING
            with Vertical(id="make-form"):
                yield FormSheet(ascii_only=ascii_only, id="make-sheet")
                yield Lines(ascii_only=ascii_only, id="make-help")
            with Vertical(id="make-preview"):
                yield Lines(ascii_only=ascii_only, id="make-counts")
                yield ExamplesView(self._graphics, ascii_only=ascii_only, first_slot=FIRST_SLOT, id="make-examples")
        yield Making(self._workspace)
        yield ActionBar()

    def on_mount(self) -> None:
        self.sheet.focus()
        self._say_progress("Reading the profiles")
        self.begin()

    # -- what a subclass says

    def begin(self) -> None:
        """Read what the form offers, in a thread."""
        raise NotImplementedError

    def settle(self, turn: int, form: Form, key: str) -> Message:
        """Check the form; called in a thread. `key` is what was changed last."""
        raise NotImplementedError

    def in_the_form(self, problem: str) -> str:
        """What the engine says is wrong, in the words of the form."""
        return problem

    # -- the form

    @property
    def sheet(self) -> FormSheet:
        """The form."""
        return self.query_one(FormSheet)

    @property
    def making(self) -> Making:
        """What asks the engine."""
        return self.query_one(Making)

    def on_form_sheet_changed(self, event: FormSheet.Changed) -> None:
        event.stop()
        self.changed(event.key)

    def on_form_sheet_moved(self, event: FormSheet.Moved) -> None:
        event.stop()
        self._show_help()

    def changed(self, key: str) -> None:
        """Check what the form says now, and show what it would make."""
        self._turn += 1
        self._fresh, self._arguments = False, ()
        self.making.cancel()
        self.sheet.fixed = False
        turn, form = self._turn, self.sheet.form
        self.thread(lambda: self.settle(turn, form, key))
        self.refresh_bindings()

    def thread(self, work: Callable[[], Message | None]) -> None:
        """Do work off the screen's thread; what it returns is posted here."""

        def run() -> None:
            message = attempt(work)
            if message is not None:
                self.post_message(message)

        self.run_worker(run, thread=True, exclusive=False, exit_on_error=False)

    def on_make_window_settled(self, event: Settled) -> None:
        event.stop()
        if event.turn != self._turn:
            return
        if event.form is not None:
            # The cursor may have gone on while it was checked.
            self.sheet.show(event.form.beside(self.sheet.form))
        self._arguments, self._problem = event.arguments, event.problem
        self._show_help()
        self.refresh_bindings()
        if self._timer is not None:
            self._timer.stop()
        if self._arguments:
            self._timer = self.set_timer(PAUSE_S, self._preview)
        else:
            self._previews = ()
            self._show_preview()

    def _show_help(self) -> None:
        entry = self.sheet.form.entry
        text, role = (self._problem, Role.ERROR) if self._problem else (entry.help if entry else "", Role.MUTED)
        if self._told and self._told_of == entry:
            text, role = self._told, Role.TEXT
        self.query_one("#make-help", Lines).show(lambda width, height: wrapped(text, width, role)[:height])

    def tell(self, text: str) -> None:
        """A line below the form, until something else is typed or the cursor moves."""
        self._told, self._told_of = text, self.sheet.form.entry
        self._show_help()

    # -- what it would make

    def _preview(self) -> None:
        self._say_progress("Looking at what it makes")
        self.making.start(PREVIEW, [*self._with("--preview")], decode)

    def _with(self, option: str) -> list[str]:
        """The command with one more option, ahead of the paths."""
        verb, *rest = self._arguments
        return [verb, option, *rest]

    def on_making_progress(self, event: Making.Progress) -> None:
        event.stop()
        if self.making.what:
            what = self.MAKING if self.making.what == MAKE else "Looking at what it makes"
            self._say_progress(what, event.stage, event.done, event.total)

    def _say_progress(self, what: str, stage: str = "", done: int = 0, total: int = 0) -> None:
        dots = " ..." if self._ascii_only else " …"
        lines = progress_lines(what + dots, stage, done, total, ascii_only=self._ascii_only)
        self._show_counts(lines)

    def on_making_ended(self, event: Making.Ended) -> None:
        event.stop()
        if event.what == MAKE and not event.problem and isinstance(event.answer, tuple):
            self.dismiss(event.answer)
            return
        self.sheet.fixed = False
        self._problem = self.in_the_form(event.problem)
        if isinstance(event.answer, tuple) and event.what == PREVIEW:
            self._previews, self._fresh = event.answer, True
            self._which = self._first = 0
        elif event.what == PREVIEW:
            self._previews, self._arguments = (), ()
        self._show_help()
        self._show_preview()
        self.refresh_bindings()

    def on_told(self, event: Told) -> None:
        event.stop()
        self._problem = event.text
        self._show_help()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_preview)

    def _show_preview(self) -> None:
        view = self.query_one(ExamplesView)
        if self.making.what and not self._previews:
            return
        if not self._previews:
            self._show_counts([])
            view.border_title = ""
            if self._problem:
                view.say(plain(self._problem), Role.ERROR)
            else:
                view.say("What would be made shows here, before anything is written.")
            return
        one = self._previews[self._which]
        name = f"{one.preview.profile}/{one.preview.model}" if len(self._previews) > 1 else ""
        width, height = self.query_one("#make-counts").content_size.width, max(4, self.size.height // 3)
        head: list[Line] = [((name, Role.TITLE),)] if name else []
        if not self.making.what:
            self._show_counts([*head, *preview_lines(one.preview, width, height, ascii_only=self._ascii_only)])
        self._show_examples()

    def on_examples_view_resized(self, event: ExamplesView.Resized) -> None:
        event.stop()
        self._show_examples()

    def _show_examples(self) -> None:
        if not self._previews:
            return
        one, first = self._previews[self._which], self._first
        view = self.query_one(ExamplesView)
        pictures = one.pictures[first:] if view.shows_pictures else ()
        shown = view.show(one.examples[first:], pictures, one.labels) if one.examples else ()
        self._shown = max(1, len(shown))
        view.border_title = which(first + 1, first + len(shown), len(one.examples)) if shown else ""

    def _show_counts(self, lines: Sequence[Line]) -> None:
        counts = self.query_one("#make-counts", Lines)
        counts.styles.height = max(1, len(lines))
        counts.show(lambda width, height: lines)

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        making = self.is_mounted and self.making.what == MAKE
        if action == "make":
            return bool(self._arguments) and self._fresh and not making
        if action == "complete":
            entry = self.sheet.form.entry if self.is_mounted else None
            return entry is not None and entry.is_path and not making
        if action == "more":
            return bool(self._previews)
        if action == "step":
            return not making
        return True

    def action_step(self, step: int) -> None:
        """Up or down in the form."""
        self.sheet.put(self.sheet.form.move(step))

    def action_more(self, step: int) -> None:
        """Other examples, then those of the next dataset."""
        one = self._previews[self._which]
        first = self._first + (self._shown if step > 0 else -self._shown)
        if 0 <= first < len(one.examples):
            self._first = first
        elif len(self._previews) > 1:
            self._which, self._first = (self._which + step) % len(self._previews), 0
        elif first < 0:
            self._first = 0
        self._show_preview()

    def action_complete(self) -> None:
        """Complete a path."""

    def action_make(self) -> None:
        """Make what is shown."""
        if not self.check_action("make", ()):
            return
        self.making.start(MAKE, self._arguments, made_ids)
        self.sheet.fixed = True
        self._say_progress(self.MAKING)
        self.tell("Esc ends it; nothing is left half-written.")
        self.refresh_bindings()

    def action_dismiss_window(self) -> None:
        """End what is being made; where nothing is, close."""
        if self.making.what == MAKE:
            self.making.cancel()
            self.sheet.fixed = False
            self._show_preview()
            self.tell("Ended; what was not finished is taken away.")
            self.refresh_bindings()
        else:
            self.dismiss(None)


def which(first: int, last: int, total: int) -> str:
    """Which examples of so many are shown."""
    return f"Example {first} of {total}" if first == last else f"Examples {first} to {last} of {total}"
