"""What stands beside a screen and is not seen: it works in threads and tells by messages."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message
from textual.widget import Widget

from tui.screens.base import attempt


class Beside(Widget):
    """An invisible widget with threads. A failure that nobody foresaw comes as `Told`, which the screen shows."""

    DEFAULT_CSS = "Beside { display: none; }"

    def in_thread(self, work: Callable[[], Message | None]) -> None:
        """Do work off the screen's thread; what it returns is posted here."""

        def run() -> None:
            message = attempt(work)
            if message is not None:
                self.post_message(message)

        self.run_worker(run, thread=True, exclusive=False, exit_on_error=False)
