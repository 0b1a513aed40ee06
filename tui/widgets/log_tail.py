"""The last lines of a log. Lines come in batches; following sends only what differs on screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from textual.events import MouseScrollDown, MouseScrollUp

from tui.actions import bindings_of
from tui.theme import BOLD, Role
from tui.widgets.cells import Canvas, CellWidget, Line, fit, width_of

_LONGEST = 2000
"""Characters of a line that are kept: nobody reads more in a tail, and one line may be megabytes."""
_LEVELS = {"error": Role.ERROR, "warning": Role.WARNING, "debug": Role.MUTED}


def level_role(level: str) -> Role:
    """The role of a message by its level."""
    return _LEVELS.get(level, Role.TEXT)


class LogTail(CellWidget, can_focus=True):
    """Follows the end until the operator scrolls up; the end key follows again."""

    BINDINGS = bindings_of("log")

    def __init__(
        self,
        *,
        keep: int = 1000,
        empty: str = "nothing logged yet",
        ascii_only: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(ascii_only=ascii_only, name=name, id=id, classes=classes)
        self.empty = empty
        self._lines: deque[Line] = deque(maxlen=keep)
        self._behind: int | None = None
        """Lines between the last one shown and the end; None while following."""

    @property
    def following(self) -> bool:
        return self._behind is None

    def append(self, lines: Iterable[str | Line]) -> None:
        """Add a batch: one drawing, however many lines. Paused, the view stays where it is."""
        added = [_clean(line) for line in lines]
        if not added:
            return
        self._lines.extend(added)
        if self._behind is not None:
            self._behind = min(self._behind + len(added), self._furthest())
        self.redraw()

    def show(self, lines: Iterable[str | Line]) -> None:
        """Replace all lines: another run's log."""
        self._lines.clear()
        self._lines.extend(_clean(line) for line in lines)
        self._behind = None
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        if not self._lines:
            canvas.write(max(0, (canvas.width - len(self.empty)) // 2), canvas.height // 2, self.empty, Role.MUTED)
            return
        behind = min(self._behind or 0, max(0, len(self._lines) - canvas.height))
        last = len(self._lines) - behind
        first = max(0, last - canvas.height)
        for y, index in enumerate(range(first, last)):
            line = self._lines[index]
            end = canvas.write_line(0, y, line)
            if width_of(line) > canvas.width:
                canvas.write(end - 1, y, ">" if self.ascii_only else "…", Role.MUTED)
        if self._behind:
            note = f" {behind} more lines below, end follows "
            canvas.write(max(0, canvas.width - len(note)), canvas.height - 1, fit(note, canvas.width).rstrip(), _NOTE)

    def action_scroll_by(self, lines: int) -> None:
        behind = max(0, min((self._behind or 0) - lines, self._furthest()))
        self._behind = behind or None
        self.redraw()

    def action_scroll_page(self, pages: int) -> None:
        self.action_scroll_by(pages * max(1, self.content_size.height - 1))

    def action_first(self) -> None:
        self._behind = self._furthest() or None
        self.redraw()

    def action_follow(self) -> None:
        self._behind = None
        self.redraw()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.action_scroll_by(-3)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_scroll_by(3)

    def _furthest(self) -> int:
        return max(0, len(self._lines) - self.content_size.height)


_NOTE = Role.WARNING | BOLD


def _clean(line: str | Line) -> Line:
    """A line as pieces. Of a text that redraws itself with carriage returns the last state counts."""
    if isinstance(line, str):
        text = line.rstrip("\r\n").rpartition("\r")[2]
        return ((text[:_LONGEST], Role.TEXT),)
    return tuple((text[:_LONGEST], int(role)) for text, role in line)
