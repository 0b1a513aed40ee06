"""Models: versions side by side, into production through the gate, and back out."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message

from tui.actions import actions_of, bindings_of
from tui.feed.model import Wanted
from tui.models.cursor import Cursor, compared
from tui.models.moves import Moves
from tui.models.shelf import ModelSeen, Shelf, VersionSeen
from tui.models.watch import Watch
from tui.screens.base import ConsoleScreen, Told
from tui.screens.models_panes import ModelPanes
from tui.theme import Role

HOW = "P asks the gate and promotes, R rolls back, c compares, Space marks; ? shows all."
REDRAWN_S = 30.0
"""Ages are told anew so often."""
CHANGING = frozenset(action.name for action in actions_of("models") if action.changes)


class ModelsScreen(ConsoleScreen):
    """Takes the keys, opens the windows, and shows how the registry stands."""

    MODE = "models"
    CSS_PATH = "models.tcss"
    BINDINGS = bindings_of("models")
    AUTO_FOCUS = ""

    class Looked(Message):
        """The registry changed; it supersedes every older picture that still waits in the queue."""

        def __init__(self, shelf: Shelf) -> None:
            super().__init__()
            self.shelf = shelf

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ModelsScreen.Looked)

    @dataclass
    class CardRead(Message):
        """The card of a version."""

        title: str
        text: str

    def __init__(self) -> None:
        super().__init__()
        self.cursor = Cursor()
        self.shelf = Shelf()
        self._watch: Watch | None = None

    def compose_body(self) -> ComposeResult:
        options = self.console.options
        yield ModelPanes(ascii_only=options.ascii_only)
        yield Moves(options.workspace)

    def on_mount(self) -> None:
        console = self.console
        self._watch = Watch(
            console.options.workspace,
            lambda shelf: self.post_message(self.Looked(shelf)),
            poll_s=console.feed.pace.poll_s,
        )
        self.set_interval(REDRAWN_S, self._show)

    def on_unmount(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        if self._watch is not None:
            self._watch.start()

    def on_screen_suspend(self) -> None:
        # A window over the screen suspends it too, and below a window nothing needs to move.
        if self._watch is not None:
            self._watch.pause()

    # -- what is shown

    @property
    def panes(self) -> ModelPanes:
        """What shows it."""
        return self.query_one(ModelPanes)

    @property
    def moves(self) -> Moves:
        """What makes moves."""
        return self.query_one(Moves)

    def on_models_screen_looked(self, event: Looked) -> None:
        event.stop()
        first = not self.shelf.looked
        self.shelf = event.shelf
        self.cursor.settle(event.shelf)
        self._show()
        if first:
            self._say_where()

    def _show(self) -> None:
        if not self.shelf.looked:
            return
        options = self.console.options
        self.panes.show(self.shelf, self.cursor, options.now(), readonly=options.readonly)
        self.refresh_bindings()

    def _say_where(self) -> None:
        seen, version = self.cursor.seen, self.cursor.version
        problem = seen.problem if seen is not None else ""
        if version is not None and version.problem:
            problem = f"@{version.number} is damaged: {version.problem}"
        self.panes.say(problem or HOW, Role.ERROR if problem else Role.MUTED)

    # -- looking

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in CHANGING and self.console.options.readonly:
            return False
        seen, version = self.cursor.seen, self.cursor.version
        if action in ("move", "mark", "compare"):
            return version is not None
        if action == "move_model":
            return len(self.shelf.models) > 1
        if action == "next_pane":
            return self.is_mounted and bool(self.shelf.models) and not self.panes.roomy
        if action == "rollback":
            return seen is not None and seen.standing.previous is not None
        if action in ("promote", "stage", "raise_threshold", "card"):
            return seen is not None and version is not None and _may(action, seen, version)
        return True

    def action_move(self, step: int) -> None:
        """Up or down in the versions."""
        self.cursor.move(step)
        self._show()
        self._say_where()

    def action_move_model(self, step: int) -> None:
        """To another model."""
        if self.cursor.move_model(step) and self._watch is not None:
            self._watch.choose(self.cursor.model)
        self._show()

    def action_mark(self) -> None:
        """Choose the version for a comparison."""
        self.cursor.mark()
        self._show()

    def action_next_pane(self) -> None:
        """The next pane, where one fits."""
        self.panes.next_pane()

    def action_card(self) -> None:
        """What the version is, for people."""

    def action_compare(self) -> None:
        """Two versions on the same rows."""
        seen, version = self.cursor.seen, self.cursor.version
        if seen is None or version is None:
            return
        pair = compared(seen, self.cursor.marked, version.number)
        if isinstance(pair, str):
            self.panes.say(pair, Role.WARNING)
            return

    def on_moves_made(self, event: Moves.Made) -> None:
        event.stop()
        self.panes.say(event.sentence, Role.REACHED)
        if self._watch is not None:
            self._watch.nudge()

    def on_moves_overtaken(self, event: Moves.Overtaken) -> None:
        event.stop()
        self.post_message(Told(event.sentence, failed=True))

    def on_moves_refused(self, event: Moves.Refused) -> None:
        event.stop()
        self.post_message(Told(event.sentence, failed=True))


def _may(action: str, seen: ModelSeen, version: VersionSeen) -> bool:
    standing, readable = seen.standing, version.manifest is not None
    if action == "promote":
        return readable and standing.production != version.number
    if action == "stage":
        return readable and standing.staging != version.number
    return readable
