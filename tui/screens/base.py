"""What every screen has: the menu above, the keys below, and work in threads that only post messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from engine.errors import FinetopError
from tui.screens.bars import ActionBar, MenuBar

if TYPE_CHECKING:
    from tui.app import FinetopApp


class Told(Message):
    """A thread says how its work went; shown to the operator as it stands."""

    def __init__(self, text: str, *, failed: bool = False) -> None:
        super().__init__()
        self.text, self.failed = text, failed


class ConsoleScreen(Screen[None]):
    """One of the numbered screens."""

    MODE: ClassVar[str]
    # One class of each list is set at a time.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall"), (50, "-high")]
    AUTO_FOCUS: ClassVar[str | None] = None

    @property
    def console(self) -> FinetopApp:
        """The application, by its own type."""
        from tui.app import FinetopApp

        assert isinstance(self.app, FinetopApp)
        return self.app

    def compose(self) -> ComposeResult:
        yield MenuBar(self.MODE, self.console.note)
        yield from self.compose_body()
        yield ActionBar()

    def compose_body(self) -> ComposeResult:
        """The part between the bars."""
        raise NotImplementedError

    def on_told(self, message: Told) -> None:
        """Show what a thread has to say."""
        message.stop()
        if message.failed:
            self.notify(message.text, severity="error", timeout=12, markup=False)
        else:
            self.notify(message.text, timeout=6, markup=False)

    def in_thread(self, work: Callable[[], Message | None], *, group: str, exclusive: bool = True) -> None:
        """Do work off the screen's thread; what it returns is posted here. A failure becomes a sentence."""

        def run() -> None:
            message = attempt(work)
            if message is not None:
                self.post_message(message)

        self.run_worker(run, thread=True, group=group, exclusive=exclusive, exit_on_error=False)

    def action_leave(self) -> None:
        """Out of the field that has the focus; without one, back to Monitor."""
        if self.focused is not None and types_text(self.focused):
            self.set_focus(None)
        else:
            self.console.action_open("monitor")


def attempt(work: Callable[[], Message | None]) -> Message | None:
    """The edge of a thread: an error that the operator can meet is told, and so is one that nobody foresaw."""
    try:
        return work()
    except FinetopError as problem:
        return Told(str(problem), failed=True)
    except Exception as problem:
        # A thread's exception would take the console down, and the training has nothing to do with it.
        return Told(f"{type(problem).__name__}: {problem}", failed=True)


def types_text(widget: Widget) -> bool:
    """Whether keys that print go into this widget."""
    return widget.check_consume_key("a", "a")
