"""A whole log that can be searched. Draws the visible lines only, and follows the end until one scrolls up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.events import MouseScrollDown, MouseScrollUp

from tui.theme import Role
from tui.widgets.cells import Canvas, CellWidget, Line, width_of


class LogPage(CellWidget, can_focus=True):
    """Knows how many lines there are, and asks for those in sight."""

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._count = 0
        self._line: Callable[[int], Line] = lambda index: ()
        self._top: int | None = None
        self._left = 0
        self.note: Sequence[tuple[str, int]] = ()
        """Stands in place of lines where there are none."""

    @property
    def following(self) -> bool:
        """Whether new lines move the view."""
        return self._top is None

    @property
    def top(self) -> int:
        """The first line in sight."""
        return self._furthest() if self._top is None else self._top

    def show(self, count: int, line: Callable[[int], Line]) -> None:
        """Show lines of which each can be asked for."""
        self._count, self._line = count, line
        if self._top is not None:
            self._top = min(self._top, self._furthest())
        self.redraw()

    def go_to(self, index: int) -> None:
        """Bring a line into sight, and stay there."""
        height = max(1, self.content_size.height)
        if not self.top <= index < self.top + height:
            self._top = max(0, min(index - height // 2, self._furthest()))
        elif self._top is None:
            self._top = self.top
        self.redraw()

    def scroll_lines(self, by: int) -> None:
        """Up or down; at the end it follows again."""
        self._stand_at(self.top + by)

    def scroll_pages(self, by: int) -> None:
        """A page up or down."""
        self._stand_at(self.top + by * max(1, self.content_size.height - 1))

    def scroll_sideways(self, by: int) -> None:
        """Long lines go on at the right."""
        self._left = max(0, self._left + by * max(8, self.content_size.width // 2))
        self.redraw()

    def jump(self, last: bool) -> None:
        """The first line, or the last, which follows."""
        self._stand_at(self._furthest() if last else 0)

    def draw(self, canvas: Canvas) -> None:
        if not self._count:
            canvas.write_line(0, 0, self.note)
            return
        for y in range(min(canvas.height, self._count - self.top)):
            line = self._line(self.top + y)
            end = canvas.write_line(-self._left, y, line)
            if width_of(line) - self._left > canvas.width:
                canvas.write(end - 1, y, ">" if self.ascii_only else "…", Role.MUTED)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.scroll_lines(-3)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.scroll_lines(3)

    def _stand_at(self, top: int) -> None:
        self._top = None if top >= self._furthest() else max(0, top)
        self.redraw()

    def _furthest(self) -> int:
        return max(0, self._count - max(1, self.content_size.height))
