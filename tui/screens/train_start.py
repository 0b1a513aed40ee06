"""Starts what Train asks for, and says how it goes. Invisible: it has no place on the screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message
from textual.widget import Widget

from engine.workspace import Workspace
from tui.screens.base import Told, attempt
from tui.screens.train_messages import NotStarted, Waiting
from tui.screens.train_work import start
from tui.theme import Role
from tui.train.draft import Draft
from tui.train.starting import Starting


class Starter(Widget):
    """One start at a time."""

    DEFAULT_CSS = "Starter { display: none; }"

    def __init__(self, workspace: Workspace, say: Callable[[str, int], None]) -> None:
        super().__init__(id="starter")
        self._workspace, self._say = workspace, say
        self._starting: Starting | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being started."""
        return self._starting is not None

    def start(self, draft: Draft) -> None:
        """Start it in a thread; Started or NotStarted tell how it ended."""
        starting = Starting(lambda model, ready, of: self._tell(Waiting(model, ready, of)))
        self._starting = starting
        workspace = self._workspace
        self._say("Starting …", Role.MUTED)

        def work() -> None:
            self._tell(attempt(lambda: start(draft, workspace, starting)))

        self.run_worker(work, thread=True, group="start", exit_on_error=False)

    def cancel(self) -> None:
        """Give it up, unless the runs are already being created."""
        if self._starting is not None and self._starting.cancel():
            self._say("Given up: nothing is started. Data that is being made is kept.", Role.MUTED)

    def on_waiting(self, event: Waiting) -> None:
        event.stop()
        text = f"Data of {event.model} ({event.ready + 1} of {event.of}): found, or made now. x gives up."
        self._say(text if event.model else "Starting …", Role.MUTED)

    def on_started(self) -> None:
        self._done("", Role.MUTED)

    def on_not_started(self, event: NotStarted) -> None:
        event.stop()
        self._done(event.problem, Role.MUTED if event.given_up else Role.ERROR)

    def on_told(self, event: Told) -> None:
        self._done(event.text, Role.ERROR)

    def _done(self, text: str, role: int) -> None:
        self._starting = None
        self._say(text, role)
        self.screen.refresh_bindings()

    def _tell(self, message: Message | None) -> None:
        if message is not None:
            self.post_message(message)
