"""Models: versions side by side, into production through the gate, and back out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message

from engine.registry.paths import ModelHome
from engine.registry.store import home_of
from tui.actions import actions_of, bindings_of
from tui.feed.model import Wanted
from tui.models.card import card_text
from tui.models.cursor import Cursor, compared
from tui.models.moves import Moves
from tui.models.questions import Question, Values, ask_rollback, ask_stage, ask_threshold
from tui.models.shelf import ModelSeen, Shelf, VersionSeen
from tui.models.watch import Watch
from tui.screens.base import ConsoleScreen, Told
from tui.screens.models_panes import ModelPanes
from tui.theme import Role

HOW = "P promotes, R rolls back, c compares, Space marks; ? shows all."
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
        self._where: tuple[str, int, str] | None = None
        """The version that the line for words is about."""

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

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

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
        self.shelf = event.shelf
        self.cursor.settle(event.shelf)
        self._show()

    def _show(self) -> None:
        if not self.shelf.looked:
            return
        options = self.console.options
        self.panes.show(self.shelf, self.cursor, options.now(), readonly=options.readonly)
        version = self.cursor.version
        where = (self.cursor.model, version.number, version.problem) if version is not None else None
        if where != self._where:
            # What was said of the last move stays until the cursor goes on.
            self._where = where
            problem = f"@{where[1]} is damaged: {where[2]}" if where is not None and where[2] else ""
            self.panes.say(problem or HOW, Role.ERROR if problem else Role.MUTED)
        self.refresh_bindings()

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
        seen, version = self.cursor.seen, self.cursor.version
        if seen is not None and version is not None:
            name, paths = seen.reference(version.number), self._home(seen).version(version.number)
            self.in_thread(lambda: self.CardRead(name, card_text(paths)), group="card")

    def on_models_screen_card_read(self, event: CardRead) -> None:
        from tui.screens.report import ReportScreen

        event.stop()
        self.app.push_screen(ReportScreen(event.title, event.text, what="Card"))

    def action_compare(self) -> None:
        """Two versions on the same rows."""
        from tui.screens.compare_window import CompareScreen

        seen, version, options = self.cursor.seen, self.cursor.version, self.console.options
        if seen is None or version is None:
            return
        pair = compared(seen, self.cursor.marked, version.number)
        if isinstance(pair, str):
            self.panes.say(pair, Role.WARNING)
            return
        first, second = (seen.reference(number) for number in pair)
        self.app.push_screen(CompareScreen(options.workspace, first, second, ascii_only=options.ascii_only))

    # -- moving

    def action_promote(self) -> None:
        """Ask the gate; promote when that is confirmed."""
        from tui.screens.gate_window import GateScreen

        seen, version, options = self.cursor.seen, self.cursor.version, self.console.options
        if seen is None or version is None:
            return

        def done(sentence: str | None) -> None:
            if sentence:
                self.panes.say(sentence, Role.REACHED)

        window = GateScreen(options.workspace, self._home(seen), version.number, ascii_only=options.ascii_only)
        self.app.push_screen(window, done)

    def action_rollback(self) -> None:
        """Bring back what was in production before, when that is confirmed."""
        seen = self.cursor.seen
        if seen is None:
            return
        asked = ask_rollback(seen)

        def make(values: Values) -> None:
            self.moves.rollback(seen.profile, seen.model, seen.standing.seq, why=values["why"])

        self._confirm(asked, make)

    def action_stage(self) -> None:
        """Point `staging` at the version, when that is confirmed."""
        seen, version = self.cursor.seen, self.cursor.version
        if seen is None or version is None:
            return
        name, seq = seen.reference(version.number), seen.standing.seq
        self._confirm(ask_stage(seen, version), lambda values: self.moves.stage(name, seq, why=values["why"]))

    def action_raise_threshold(self) -> None:
        """Set a threshold of the version higher, when that is confirmed."""
        seen, version = self.cursor.seen, self.cursor.version
        if seen is None or version is None:
            return
        name = seen.reference(version.number)

        def make(values: Values) -> None:
            self.moves.raise_threshold(name, values["name"], float(values["value"]), why=values["why"])

        self._confirm(ask_threshold(seen, version), make)

    def _confirm(self, question: Question, make: Callable[[Values], None]) -> None:
        from tui.screens.move_window import MoveScreen

        def done(values: Values | None) -> None:
            if values is not None:
                make(values)

        self.app.push_screen(MoveScreen(question, ascii_only=self.console.options.ascii_only), done)

    def _home(self, seen: ModelSeen) -> ModelHome:
        return home_of(self.console.options.workspace, seen.profile, seen.model)

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
