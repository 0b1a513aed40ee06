"""What Models shows: the models, the versions of one side by side, and below them what was and is done with them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.markup import escape
from textual.widgets import Static

from tui.models.cursor import Cursor
from tui.models.facts_view import facts_lines
from tui.models.history_view import history_lines
from tui.models.model_list import lines_of, model_lines
from tui.models.shelf import Shelf
from tui.models.traffic_view import NOTHING as NOT_DEPLOYED
from tui.models.traffic_view import traffic_lines
from tui.models.trigger_view import trigger_lines
from tui.models.use import UseSeen
from tui.models.version_table import version_lines
from tui.screens.bars import console_of
from tui.theme import Role
from tui.widgets.cells import Line
from tui.widgets.lines import Lines
from tui.widgets.page import wrapped

PANES = ("history", "traffic", "triggers", "facts")
FRAME, LEAST = 2, 7
NOTHING = """\
There is no version yet: every training that ends registers one.

{app.train} starts a training. A run that was stopped is registered by hand:

  engine models register RUN
"""
NOTHING_READONLY = """\
There is no version yet: every training that ends registers one.

The console is read-only; what others train will show here.
"""


class ModelPanes(Vertical):
    """Draws what it is told; decides nothing. All panes where there is room, one of them where there is not."""

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(id="models-panes")
        self._ascii_only = ascii_only
        self._pane = 0

    def compose(self) -> ComposeResult:
        yield Static("Reading the registry …", id="models-waiting", markup=False)
        with Horizontal(id="models-top"):
            yield self._lines("model-list", "Models")
            yield self._lines("versions", "Versions")
        with Vertical(id="models-below"):
            yield self._lines("history", "History")
            yield self._lines("traffic", "A/B")
            yield self._lines("facts", "Version")
            yield self._lines("triggers", "Triggers")
        yield Lines(ascii_only=self._ascii_only, id="models-said")

    def on_mount(self) -> None:
        self._show_pane()

    def show(self, shelf: Shelf, cursor: Cursor, now: float, *, readonly: bool) -> None:
        """Show how the registry stands; what is the same is not sent again."""
        self.screen.set_class(bool(shelf.models), "-models")
        if not shelf.models:
            self.query_one("#models-waiting", Static).update(
                NOTHING_READONLY if readonly else console_of(self).keymap.say(NOTHING)
            )
            return
        plain, models, at = self._ascii_only, shelf.models, cursor.model_at
        self._pane_of("model-list").show(
            lambda width, height: model_lines(models, at, width, height, ascii_only=plain)
        )
        seen, version, place, marked = cursor.seen, cursor.version, cursor.at, cursor.marked
        if seen is None:
            return
        self._give_room(max(len(seen.versions) + 1, lines_of(models)))
        self._title("versions", f"Versions of {seen.name}")
        self._pane_of("versions").show(
            lambda width, height: version_lines(seen, place, marked, now, width, height, ascii_only=plain)
        )
        self._title("history", f"History of {seen.name}")
        self._pane_of("history").show(
            lambda width, height: (
                wrapped(seen.problem, width, Role.ERROR)
                if seen.problem
                else history_lines(seen.entries, now, width, height, ascii_only=plain)
            )
        )
        if version is not None:
            self._title("facts", f"Version @{version.number}")
            self._pane_of("facts").show(
                lambda width, height: facts_lines(seen, version, width, height, ascii_only=plain)
            )

    def show_use(self, use: UseSeen, now: float) -> None:
        """Show how a model is used."""
        plain, (trouble, problem) = self._ascii_only, use.problems
        nothing = console_of(self).keymap.say(NOT_DEPLOYED)
        self._pane_of("traffic").show(
            lambda width, height: traffic_lines(
                use.traffic, now, width, height, nothing=nothing, problem=trouble, ascii_only=plain
            )
        )
        self._pane_of("triggers").show(
            lambda width, height: trigger_lines(use.triggers, now, width, height, problem=problem, ascii_only=plain)
        )

    def say(self, text: str, role: Role = Role.MUTED) -> None:
        """One line for the operator."""
        line: Line = ((text, int(role)),)
        self._pane_of("models-said").show(lambda width, height: [line])

    def _give_room(self, rows: int) -> None:
        """The table is as high as it needs to be, up to half the screen."""
        height = min(rows + FRAME, max(LEAST, self.size.height // 2))
        top = self.query_one("#models-top")
        if top.styles.height is None or top.styles.height.value != height:
            top.styles.height = height

    # -- one pane at a time, where there is no room for all

    @property
    def roomy(self) -> bool:
        """Whether all panes are shown."""
        return self.screen.has_class("-wide") and not self.screen.has_class("-short")

    def next_pane(self) -> None:
        """The next of them."""
        self._pane = (self._pane + 1) % len(PANES)
        self._show_pane()

    def _show_pane(self) -> None:
        for pane in PANES:
            self.set_class(pane == PANES[self._pane], f"-{pane}")

    def _lines(self, name: str, title: str) -> Lines:
        lines = Lines(ascii_only=self._ascii_only, id=name)
        lines.border_title = title
        return lines

    def _pane_of(self, name: str) -> Lines:
        return self.query_one(f"#{name}", Lines)

    def _title(self, name: str, title: str) -> None:
        # Setting a title draws the border anew, even where it is the same.
        pane = self._pane_of(name)
        # It holds names, which are no markup.
        written = escape(title)
        if pane.border_title != written:
            pane.border_title = written
