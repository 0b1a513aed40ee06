"""The list of what happened: newest first, Enter goes to the run."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from tui.actions import bindings_of
from tui.notices.notice import Notice
from tui.notices.teller import Teller
from tui.notices.view import MARK, Row, full_lines, rows_of
from tui.screens.bars import ActionBar, console_of
from tui.screens.window import Window
from tui.theme import BOLD, Role
from tui.widgets.cells import Canvas, CellWidget

NOTHING = "Nothing happened yet. Runs that end, reach their target, fail or fall silent stand here."
REFRESH_S = 5.0
"""So long "now" may be wrong."""


class NoticeList(CellWidget, can_focus=True):
    """Rows with a cursor on one of them; it stays on its notice when others come."""

    BINDINGS = bindings_of("notices")

    class Moved(Message):
        """The cursor is on another notice."""

    class Chosen(Message):
        """It was clicked once more."""

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(ascii_only=ascii_only)
        self._rows: list[Row] = []
        self._notice: Notice | None = None
        self._top = 0

    def show(self, rows: list[Row]) -> None:
        """Show these rows."""
        grew = len(rows) != len(self._rows)
        self._rows = rows
        notices = self._notices
        if self._notice not in notices:
            self._notice = notices[0] if notices else None
        if grew:
            self.refresh(layout=True)
        self._scroll()

    @property
    def notice(self) -> Notice | None:
        """The one under the cursor."""
        return self._notice

    @property
    def _notices(self) -> list[Notice]:
        return [row.notice for row in self._rows if row.notice is not None]

    def move(self, step: int) -> None:
        """Up or down; stops at the ends."""
        notices = self._notices
        if self._notice is None:
            return
        place = max(0, min(notices.index(self._notice) + step, len(notices) - 1))
        self._put(notices[place])

    def action_move(self, step: int) -> None:
        self.move(step)

    def on_click(self, event: Click) -> None:
        place = self._top + event.y
        notice = self._rows[place].notice if place < len(self._rows) else None
        if notice is not None:
            chosen = notice == self._notice
            self._put(notice)
            if chosen:
                self.post_message(self.Chosen())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.move(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.move(-1)

    def _put(self, notice: Notice) -> None:
        self._notice = notice
        self._scroll()
        self.post_message(self.Moved())

    def _scroll(self) -> None:
        places = [y for y, row in enumerate(self._rows) if row.notice is not None]
        place = next((y for y in places if self._rows[y].notice == self._notice), 0)
        self._top = top_of(place, self._top, max(1, self.content_size.height), len(self._rows))
        if places and place == places[0]:
            self._top = 0  # with the heading above it
        self.redraw()

    def on_resize(self) -> None:
        self._scroll()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self._rows))

    def draw(self, canvas: Canvas) -> None:
        for y, row in enumerate(self._rows[self._top : self._top + canvas.height]):
            here = row.notice is not None and row.notice == self._notice
            if here:
                canvas.write(0, y, ">" if self.ascii_only else "▸", Role.ACTIVE | BOLD)
            canvas.write_line(MARK, y, row.line)
            if here:
                canvas.highlight(y)


def top_of(place: int, top: int, height: int, rows: int) -> int:
    """The first row that is shown, so that one of them is seen and none of the height is wasted."""
    top = max(min(top, place), place - height + 1)
    return max(0, min(top, rows - height))


class NoticesWindow(Window[str]):
    """Hands back the id of the run to go to."""

    CSS_PATH = ["window.tcss", "notices.tcss"]
    BINDINGS = bindings_of("notices_window")

    def __init__(self, teller: Teller) -> None:
        super().__init__()
        self._teller = teller
        # Before it counts as seen: the line between new and old stays as long as the window.
        self._since = teller.seen_t
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        options = console_of(self).options
        self._now, self._ascii_only = options.now, options.ascii_only
        with Vertical(id="window", classes="wide") as window:
            window.border_title = "What happened"
            yield NoticeList(ascii_only=self._ascii_only)
            yield Static(id="notice-when", markup=False)
            yield Static(id="notice-text", markup=False)
        yield ActionBar()

    def on_mount(self) -> None:
        self.query_one(NoticeList).focus()
        self._teller.look()
        self.call_after_refresh(self._show)
        self.set_interval(REFRESH_S, self._show)
        console_of(self).notices_signal.subscribe(self, lambda _: self._show())

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def on_notice_list_moved(self, event: NoticeList.Moved) -> None:
        event.stop()
        self._show_whole()

    def on_notice_list_chosen(self, event: NoticeList.Chosen) -> None:
        event.stop()
        self.action_go()

    def _show(self) -> None:
        rows_wanted = self.query_one(NoticeList)
        rows = rows_of(
            self._teller.notices,
            since=self._since,
            now=self._now(),
            width=rows_wanted.content_size.width or 60,
            ascii_only=self._ascii_only,
        )
        rows_wanted.show(rows)
        rows_wanted.display = bool(rows)
        self._show_whole()
        self.refresh_bindings()

    def _show_whole(self) -> None:
        when, text = full_lines(self.query_one(NoticeList).notice)
        if not self._teller.notices:
            when, text = "", NOTHING
        if self._ascii_only:
            when = when.replace("·", "-")
        said = (when, "\n".join(part for part in (text, self._teller.problem) if part))
        if said != self._shown:
            self._shown = said
            for name, part in zip(("#notice-when", "#notice-text"), said, strict=True):
                self.query_one(name, Static).update(part)
                self.query_one(name, Static).display = bool(part)
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "go":
            notice = self.query_one(NoticeList).notice
            return notice is not None and bool(notice.run)
        return True

    def action_go(self) -> None:
        """Monitor, with the cursor on the run."""
        notice = self.query_one(NoticeList).notice
        if notice is not None and notice.run:
            self.dismiss(notice.run)
