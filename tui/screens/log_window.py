"""The whole log of a run over the whole screen: search, levels, follow."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.actions import bindings_of
from tui.feed.model import LogLine
from tui.monitor.log_search import LEVELS, Search, next_level, parts, search, shown_lines
from tui.screens.bars import ActionBar
from tui.screens.base import Told, attempt
from tui.screens.field import Field
from tui.screens.log_lines import as_line
from tui.screens.window import Window
from tui.theme import BOLD, REVERSED, Role
from tui.widgets.cells import Line
from tui.widgets.lines import Lines
from tui.widgets.log_page import LogPage

FOLLOW_S = 2.0
"""While the end is in sight the log is read again this often."""


class LogScreen(Window[None]):
    """Reads in a thread, at first and while it follows."""

    CSS_PATH = ["window.tcss", "log_window.tcss"]
    BINDINGS = bindings_of("log_window")

    class LogRead(Message):
        """The log is here."""

        def __init__(self, lines: list[LogLine]) -> None:
            super().__init__()
            self.lines = lines

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LogScreen.LogRead)

    def __init__(self, title: Text, read: Callable[[], list[LogLine]], *, ascii_only: bool, live: bool) -> None:
        super().__init__()
        self._title, self._read, self._ascii_only, self._live = title, read, ascii_only, live
        self._all: list[LogLine] = []
        self._lines: list[LogLine] = []
        self._level = LEVELS[0]
        self._search = Search()
        self._reading = False

    def compose(self) -> ComposeResult:
        with Vertical(id="window", classes="whole") as window:
            window.border_title = self._title
            page = LogPage(ascii_only=self._ascii_only, id="log-page")
            page.note = (("Reading the log …", Role.MUTED),)
            yield page
            field = Field(placeholder="text to find", id="log-search", compact=True)
            field.display = field.can_focus = False
            yield field
            yield Lines(ascii_only=self._ascii_only, id="log-note")
        yield ActionBar()

    def on_mount(self) -> None:
        self._page.focus()
        self._fetch()
        if self._live:
            self.set_interval(FOLLOW_S, self._follow)

    @property
    def _page(self) -> LogPage:
        return self.query_one(LogPage)

    @property
    def _field(self) -> Field:
        return self.query_one(Field)

    # -- reading

    def _follow(self) -> None:
        if self._page.following and not self._reading:
            self._fetch()

    def _fetch(self) -> None:
        self._reading = True
        self.run_worker(self._fetch_now, thread=True, group="log", exclusive=True, exit_on_error=False)

    def _fetch_now(self) -> None:
        message = attempt(lambda: self.LogRead(self._read()))
        if message is not None:
            self.post_message(message)

    def on_told(self, message: Told) -> None:
        message.stop()
        self._reading = False
        self._page.note = ((message.text, Role.ERROR),)
        self._page.redraw()

    def on_log_screen_log_read(self, event: LogRead) -> None:
        self._reading = False
        if event.lines != self._all or not event.lines:
            self._all = event.lines
            self._show()

    # -- what it shows

    def _show(self) -> None:
        self._lines = shown_lines(self._all, self._level)
        found = search(self._lines, self._search.text, self._search.line or 0) if self._search.text else Search()
        self._search = found
        self._page.note = (("nothing logged" if not self._all else f"nothing of {self._level}", Role.MUTED),)
        self._draw()

    def _draw(self) -> None:
        self._page.show(len(self._lines), self._line)
        self.query_one("#log-note", Lines).show(lambda width, height: [self._note()])
        self.refresh_bindings()

    def _line(self, index: int) -> Line:
        line = as_line(self._lines[index])
        if not self._search.text:
            return line
        *before, (text, role) = line
        here = REVERSED | BOLD if index == self._search.line else REVERSED
        return [*before, *((part, role | here if found else role) for part, found in parts(text, self._search.text))]

    def _note(self) -> Line:
        follow = "follows the end" if self._live and self._page.following else ""
        found = self._search
        said = f"{len(self._lines)} lines, {self._level}"
        pieces: list[tuple[str, int]] = [(said, Role.MUTED)]
        if follow:
            pieces.append((f"  {follow}", Role.MUTED))
        if found.text and found.at is None:
            pieces.append((f"  no line has “{found.text}”".replace("“", '"').replace("”", '"'), Role.WARNING))
        elif found.at is not None:
            pieces.append((f'  "{found.text}": {found.at + 1} of {len(found.places)}', Role.ACTIVE | BOLD))
        return pieces

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_match":
            return bool(self._search.places)
        return super().check_action(action, parameters)

    def action_search(self) -> None:
        """Write what to find."""
        self._field.display = self._field.can_focus = True
        self._field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search = search(self._lines, event.value, self._page.top)
        if self._search.line is not None:
            self._page.go_to(self._search.line)
        self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._leave_field()

    def action_next_match(self, by: int) -> None:
        """The next place, or the one before."""
        self._search = self._search.moved(by)
        if self._search.line is not None:
            self._page.go_to(self._search.line)
        self._draw()

    def action_next_level(self) -> None:
        """Everything, what was said, warnings and errors, events."""
        self._level = next_level(self._level)
        self._show()

    def action_scroll(self, by: int) -> None:
        self._page.scroll_lines(by)
        self._draw()

    def action_page(self, by: int) -> None:
        self._page.scroll_pages(by)
        self._draw()

    def action_sideways(self, by: int) -> None:
        self._page.scroll_sideways(by)

    def action_jump(self, last: bool) -> None:
        self._page.jump(last)
        self._draw()

    def action_dismiss_window(self) -> None:
        """Out of the field first."""
        if self._field.has_focus:
            self._field.value = ""
            self._leave_field()
        else:
            self.dismiss(None)

    def _leave_field(self) -> None:
        self._field.display = self._field.can_focus = False
        self._page.focus()
        self._draw()
