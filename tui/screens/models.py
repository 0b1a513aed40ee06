"""Models: versions side by side, into production through the gate, and back out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from textual.app import ComposeResult
from textual.message import Message

from engine.registry.paths import ModelHome
from engine.registry.store import home_of
from tui.actions import bindings_of
from tui.feed.model import Wanted
from tui.models.asked import MoveName, asking, may
from tui.models.card import card_text
from tui.models.cursor import Cursor, compared
from tui.models.model_list import model_at
from tui.models.moves import Moves
from tui.models.questions import Values
from tui.models.reader import Reader
from tui.models.shelf import ModelSeen, Shelf
from tui.models.use import UseReader, UseSeen
from tui.models.version_table import first_version
from tui.models.watch import Watch
from tui.screens.base import ConsoleScreen, Told
from tui.screens.models_panes import ModelPanes
from tui.theme import Role
from tui.widgets.lines import Lines

HOW = (
    "{models.promote} promotes, {models.roll_back} rolls back, {models.compare} compares, {models.mark} marks; "
    "{app.help} shows all."
)
USE_S = 2.0
"""Between two looks at the A/B and the triggers: counts may change with every request."""
REDRAWN_S = 30.0
"""Ages are told anew so often."""
OF_A_VERSION = frozenset({"promote", "card", *get_args(MoveName)})
CHANGING = OF_A_VERSION - {"card"}


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

    class UseLooked(Message):
        """How the model is used changed."""

        def __init__(self, use: UseSeen) -> None:
            super().__init__()
            self.use = use

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ModelsScreen.UseLooked)

    @dataclass
    class CardRead(Message):
        """The card of a version."""

        title: str
        text: str

    def __init__(self) -> None:
        super().__init__()
        self.cursor = Cursor()
        self.shelf = Shelf()
        self._reader: Reader | None = None
        self._use_reader: UseReader | None = None
        self._watches: tuple[Watch[Shelf] | Watch[UseSeen], ...] = ()
        self.use: UseSeen | None = None
        """How the model is used that was last read."""
        self._where: tuple[str, int, str] | None = None
        """The version that the line for words is about."""

    def compose_body(self) -> ComposeResult:
        options = self.console.options
        yield ModelPanes(ascii_only=options.ascii_only)
        yield Moves(options.workspace)

    def on_mount(self) -> None:
        options, poll_s = self.console.options, self.console.feed.pace.poll_s
        self._reader, self._use_reader = Reader(options.workspace), UseReader(options.workspace, options.now)
        shelves = Watch(self._reader.read, lambda shelf: self.post_message(self.Looked(shelf)), poll_s=poll_s)
        uses = Watch(self._use_reader.read, lambda use: self.post_message(self.UseLooked(use)), poll_s=USE_S)
        self._watches = (shelves, uses)
        self.set_interval(REDRAWN_S, self._show)

    def on_unmount(self) -> None:
        for watch in self._watches:
            watch.stop()

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        for watch in self._watches:
            watch.start()

    def on_screen_suspend(self) -> None:
        # A window over the screen suspends it too, and below a window nothing needs to move.
        for watch in self._watches:
            watch.pause()

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
        self._choose()
        self._show()

    def on_models_screen_use_looked(self, event: UseLooked) -> None:
        event.stop()
        self.use = event.use
        self._show()

    def _choose(self) -> None:
        """Let the readers read the model that is looked at."""
        if self._reader is None or self._use_reader is None or self._use_reader.chosen == self.cursor.model:
            return
        self._reader.chosen = self._use_reader.chosen = self.cursor.model
        for watch in self._watches:
            watch.nudge()

    def _show(self) -> None:
        if not self.shelf.looked:
            return
        options = self.console.options
        self.panes.show(self.shelf, self.cursor, options.now(), readonly=options.readonly)
        if self.use is not None and self.use.model == self.cursor.model:
            self.panes.show_use(self.use, options.now())
        version = self.cursor.version
        where = (self.cursor.model, version.number, version.problem) if version is not None else None
        if where != self._where:
            # What was said of the last move stays until the cursor goes on.
            self._where = where
            problem = f"@{where[1]} is damaged: {where[2]}" if where is not None and where[2] else ""
            self.panes.say(problem or self.console.keymap.say(HOW), Role.ERROR if problem else Role.MUTED)
        self.refresh_bindings()

    # -- looking

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        action = str(parameters[0]) if action == "ask" else action
        if action in CHANGING and self.console.options.readonly:
            return False
        seen, version = self.cursor.seen, self.cursor.version
        if action in ("move", "mark", "compare"):
            return version is not None
        if action == "move_model":
            return len(self.shelf.models) > 1
        if action == "next_pane":
            return self.is_mounted and bool(self.shelf.models) and not self.panes.roomy
        if action in OF_A_VERSION:
            return seen is not None and version is not None and may(action, seen, version)
        return True

    def action_move(self, step: int) -> None:
        """Up or down in the versions."""
        self.cursor.move(step)
        self._show()

    def action_move_model(self, step: int) -> None:
        """To another model."""
        self.cursor.move_model(step)
        self._choose()
        self._show()

    async def on_lines_clicked(self, event: Lines.Clicked) -> None:
        """A click chooses; the second of two does what Enter does."""
        event.stop()
        height, seen = event.lines.content_size.height, self.cursor.seen
        if event.lines.id == "model-list":
            place = model_at(self.shelf.models, self.cursor.model_at, event.y, height)
            if place >= 0:
                self.action_move_model(place - self.cursor.model_at)
        elif event.lines.id == "versions" and seen is not None and event.y > 0:
            place = first_version(self.cursor.at, len(seen.versions), height) + event.y - 1
            if place < len(seen.versions):
                self.action_move(place - self.cursor.at)
                if event.twice:
                    await self.run_action("promote")

    async def on_lines_scrolled(self, event: Lines.Scrolled) -> None:
        event.stop()
        if event.lines.id in ("model-list", "versions"):
            await self.run_action(f"{'move_model' if event.lines.id == 'model-list' else 'move'}({event.step})")

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

    def action_ask(self, name: MoveName) -> None:
        """Say what a move would do, and make it when that is confirmed."""
        from tui.screens.move_window import MoveScreen

        seen, version = self.cursor.seen, self.cursor.version
        if seen is None or version is None:
            return
        status = self.use.traffic if self.use is not None and self.use.model == seen.name else None
        step = status.deployment.next_share if status is not None else None
        asked = asking(name, seen, version, self._home(seen), self.moves, step)

        def done(values: Values | None) -> None:
            if values is not None:
                asked.make(values)

        self.app.push_screen(MoveScreen(asked.question, ascii_only=self.console.options.ascii_only), done)

    def _home(self, seen: ModelSeen) -> ModelHome:
        return home_of(self.console.options.workspace, seen.profile, seen.model)

    def on_moves_made(self, event: Moves.Made) -> None:
        event.stop()
        self.panes.say(event.sentence, Role.REACHED)
        for watch in self._watches:
            watch.nudge()

    def on_moves_overtaken(self, event: Moves.Overtaken) -> None:
        event.stop()
        self.post_message(Told(event.sentence, failed=True))

    def on_moves_refused(self, event: Moves.Refused) -> None:
        event.stop()
        self.post_message(Told(event.sentence, failed=True))
