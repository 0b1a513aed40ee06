"""What happened to a run, in order; the chosen moment gets the value cursor of the charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.signal import Signal

from tui.actions import bindings_of
from tui.feed.model import Moment, Snapshot
from tui.monitor.timeline import collapsed, first_in_sight, timeline
from tui.screens.bars import ActionBar
from tui.screens.window import Window
from tui.widgets.lines import Lines


class MomentsScreen(Window[Moment]):
    """Hands back the chosen moment; the newest is chosen at first."""

    CSS_PATH = ["window.tcss", "moments_window.tcss"]
    BINDINGS = bindings_of("moments")

    def __init__(
        self, name: str, known: Callable[[], Sequence[Moment]], news: Signal[Snapshot], *, ascii_only: bool
    ) -> None:
        super().__init__()
        self._run_name, self._known, self._news, self._ascii_only = name, known, news, ascii_only
        self._moments: list[Moment] = []
        self._at = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="window", classes="wide") as window:
            window.border_title = Text(f"Events of {self._run_name}")
            lines = Lines(ascii_only=self._ascii_only, id="moments")
            yield lines
        yield ActionBar()

    def on_mount(self) -> None:
        self._news.subscribe(self, lambda _: self._take())
        self._show()
        self._take()

    def _take(self) -> None:
        """What is known now. The cursor stays on its moment, and on the newest where it stood there."""
        newer = collapsed(self._known())
        if newer == self._moments:
            return
        at_end = self._at >= len(self._moments) - 1
        self._moments = newer
        self._at = len(newer) - 1 if at_end else min(self._at, len(newer) - 1)
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("move", "choose"):
            return bool(self._moments)
        return super().check_action(action, parameters)

    def action_move(self, by: int) -> None:
        """Another moment."""
        self._at = max(0, min(self._at + by, len(self._moments) - 1))
        self._show()

    def action_choose(self) -> None:
        """This one."""
        self.dismiss(self._moments[self._at])

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self.action_move(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self.action_move(1)

    def on_click(self, event: Click) -> None:
        lines = self.query_one(Lines)
        offset = event.get_content_offset(lines) if event.widget is lines else None
        if offset is not None and self._moments:
            first = first_in_sight(len(self._moments), self._at, lines.content_size.height)
            self._at = min(first + offset.y, len(self._moments) - 1)
            self._show()
            if event.chain == 2:
                self.action_choose()

    def _show(self) -> None:
        lines = self.query_one(Lines)
        lines.styles.height = max(1, len(self._moments))
        self.refresh_bindings()
        lines.show(lambda width, height: timeline(self._moments, self._at, height, ascii_only=self._ascii_only))
