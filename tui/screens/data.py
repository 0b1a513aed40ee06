"""Data: which datasets there are, how they are made up, their examples, and making more."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from engine.curation.findings import TASKS as CURATED
from tui.actions import bindings_of
from tui.data.cursor import Cursor, can_filter
from tui.data.looked import Looked, Wish, look
from tui.data.reader import Reader
from tui.data.shelf import Facts, Shelf, splits_of
from tui.feed.model import Wanted
from tui.models.watch import Watch
from tui.screens.base import ConsoleScreen
from tui.screens.data_examples import ExamplesView
from tui.screens.data_list import DatasetList
from tui.screens.data_panes import DataPanes
from tui.theme import Role

REDRAWN_S = 30.0
"""Ages are told anew so often."""
FOLDER_TASK = "text-classification"
HOW = (
    "{data.train} trains on it, {data.examples} shows more, {data.split} splits, {data.class} classes; "
    "{app.help} shows all."
)
HOW_READONLY = "{data.examples} shows more, {data.split} splits, {data.class} classes; {app.help} shows all."
OF_A_DATASET = frozenset({"train", "page", "next_split"})


class DataScreen(ConsoleScreen):
    """Takes the keys, opens the windows, and shows how the datasets stand."""

    MODE = "data"
    CSS_PATH = "data.tcss"
    BINDINGS = bindings_of("data")
    AUTO_FOCUS = ""

    class Listed(Message):
        """Other datasets are there; it supersedes every older picture that still waits in the queue."""

        def __init__(self, shelf: Shelf) -> None:
            super().__init__()
            self.shelf = shelf

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, DataScreen.Listed)

    @dataclass
    class Read(Message):
        """What was asked of the dataset that is looked at."""

        looked: Looked

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, DataScreen.Read)

    def __init__(self) -> None:
        super().__init__()
        self.cursor = Cursor()
        self.looked: Looked | None = None
        self._facts: Facts | None = None
        """Of the dataset that was read last."""
        self._watch: Watch[Shelf] | None = None
        self._said = False
        """Whether the line for words has said what the keys are."""
        self._wanted = ""
        """The dataset that the cursor goes to as soon as it is listed: the one just made."""
        self._wish: Wish | None = None
        """What is shown, or on its way."""

    def compose_body(self) -> ComposeResult:
        options = self.console.options
        yield DataPanes(options.graphics, ascii_only=options.ascii_only)

    # -- what there is

    def on_mount(self) -> None:
        reader = Reader(self.console.options.workspace)

        def read() -> Shelf | None:
            shelf = reader.read()
            if not reader.complete and self._watch is not None:
                self._watch.nudge()
            return shelf

        poll_s = self.console.feed.pace.poll_s
        self._watch = Watch(read, lambda shelf: self.post_message(self.Listed(shelf)), poll_s=poll_s, name="data")
        self.set_interval(REDRAWN_S, self._show_list)

    def on_unmount(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        if self._watch is not None:
            self._watch.start()

    def on_screen_suspend(self) -> None:
        if self._watch is not None:
            self._watch.pause()

    def on_examples_view_resized(self, event: ExamplesView.Resized) -> None:
        event.stop()
        self._show_dataset()

    @property
    def panes(self) -> DataPanes:
        """What shows it."""
        return self.query_one(DataPanes)

    def on_data_screen_listed(self, event: Listed) -> None:
        event.stop()
        self.cursor.settle(event.shelf)
        if any(one.id == self._wanted for one in self.cursor.shown):
            self.cursor.go_to(self._wanted)
            self._wanted = ""
        self._show_list()
        self._look()

    def _show_list(self) -> None:
        options = self.console.options
        self.panes.show_list(self.cursor, options.now(), readonly=options.readonly)
        if self.cursor.shelf.datasets and not self._said:
            self._said = True
            self.panes.say(self.console.keymap.say(HOW_READONLY if options.readonly else HOW))
        self.refresh_bindings()

    # -- what is looked at

    @property
    def _known(self) -> Facts | None:
        """The facts of the dataset under the cursor; None until they are read."""
        return self._facts if self._facts is not None and self._facts.id == self.cursor.dataset else None

    def _look(self) -> None:
        """Read what the cursor stands on, where that is not what is shown."""
        cursor, seen = self.cursor, self.cursor.seen
        if seen is None or seen.problem:
            self._wish = self.looked = None
            self._show_dataset()
            return
        wish = Wish(cursor.dataset, cursor.split, cursor.chosen, cursor.start, self.panes.shows_pictures)
        if wish == self._wish:
            self._show_dataset()
            return
        self._wish = wish
        facts, workspace = self._known, self.console.options.workspace
        self.in_thread(lambda: self.Read(look(workspace, wish, facts)), group="look")

    def on_data_screen_read(self, event: Read) -> None:
        event.stop()
        if event.looked.wish != self._wish:
            return
        self.looked, self._facts = event.looked, event.looked.facts
        self._show_dataset()
        self.query_one("#data-examples").scroll_home(animate=False)

    def _show_dataset(self) -> None:
        looked = self.looked
        if looked is not None and looked.wish.dataset != self.cursor.dataset:
            return  # the one before stays until this one is read: nothing flickers
        self.panes.show_dataset(self.cursor, looked, self.console.options.now())
        self.refresh_bindings()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.console.options.readonly and action in ("generate", "import_files", "train", "curate", "label"):
            return False
        seen = self.cursor.seen
        if action in OF_A_DATASET or action in ("move", "jump"):
            return seen is not None
        if action == "search":
            return bool(self.cursor.shelf.datasets)
        if action == "curate":
            return seen is not None and seen.task in CURATED
        if action == "label":
            return seen is not None and seen.task == FOLDER_TASK
        if action == "choose_class":
            return can_filter(self._known, self.cursor.split)
        if action == "next_pane":
            return self.is_mounted and seen is not None and not self.panes.roomy
        return True

    def action_move(self, step: int) -> None:
        """Up or down in the list."""
        self.cursor.move(step)
        self._point()

    def action_jump(self, last: bool) -> None:
        """To the oldest or the newest."""
        self.cursor.move(len(self.cursor.shown) if last else -len(self.cursor.shown))
        self._point()

    def _point(self) -> None:
        self.query_one(DatasetList).point(self.cursor.at)
        self._look()

    def on_dataset_list_pointed(self, event: DatasetList.Pointed) -> None:
        event.stop()
        if event.at < len(self.cursor.shown):
            self.cursor.go_to(self.cursor.shown[event.at].id)
            self._point()

    def action_page(self, step: int) -> None:
        """More examples, or those before."""
        cursor, looked = self.cursor, self.looked
        if step < 0:
            if cursor.page_back():
                self._look()
            return
        if looked is None or looked.wish != self._wish:
            return
        shown = self.panes.shown
        last = not shown or shown[-1] is looked.page.examples[-1]
        if last and looked.page.ended:
            self.panes.say("These are the last examples of the split.", Role.MUTED)
            return
        cursor.page_on(shown[-1].after if shown else looked.page.after)
        self._look()

    def action_next_split(self) -> None:
        """The next split of the dataset."""
        if self.cursor.seen is not None:
            self.cursor.next_split(splits_of(self.cursor.seen.counts))
            self._look()

    def action_next_pane(self) -> None:
        """The next pane, where one fits."""
        self.panes.next_pane()
        self.call_after_refresh(self._show_dataset)

    def action_choose_class(self) -> None:
        """Ask which class."""
        from tui.screens.data_windows import ClassWindow

        facts, cursor = self._known, self.cursor
        if facts is None:
            return

        def done(name: str | None) -> None:
            if name is not None and cursor.dataset == facts.id:
                cursor.choose(name)
                self._look()

        self.app.push_screen(ClassWindow(facts.classes.get(cursor.split, {}), facts.labels, cursor.chosen), done)

    # -- finding

    def action_search(self) -> None:
        """Write words that must stand in a dataset's name."""
        field = self.query_one("#data-filter", Input)
        field.add_class("-open")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.cursor.search(event.value)
        self._show_list()
        self._look()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_filter()

    def _close_filter(self) -> None:
        self.query_one("#data-filter").remove_class("-open")
        self.set_focus(None)

    def action_leave(self) -> None:
        """Take the filter away; without one, the class; without that, back to Monitor."""
        if self.cursor.filter or self.focused is not None:
            self.query_one("#data-filter", Input).value = ""
            self._close_filter()
        elif self.cursor.chosen:
            self.cursor.choose("")
            self._look()
        else:
            super().action_leave()

    # -- making more

    def action_generate(self) -> None:
        """By the recipe of a profile."""
        from tui.screens.generate_window import GenerateWindow

        options = self.console.options
        window = GenerateWindow(options.workspace, options.graphics, ascii_only=options.ascii_only)
        self.app.push_screen(window, self._made)

    def action_import_files(self) -> None:
        """Of files."""
        from tui.screens.import_window import ImportWindow

        options = self.console.options
        window = ImportWindow(options.workspace, options.graphics, ascii_only=options.ascii_only)
        self.app.push_screen(window, self._made)

    def _made(self, names: tuple[str, ...] | None) -> None:
        if not names:
            return
        self._wanted, self._said = names[-1], True
        trains = self.console.keymap.say("{data.train} trains on it.")
        self.panes.say(f"Made {', '.join(names)}. {trains}", Role.REACHED)
        if self._watch is not None:
            self._watch.nudge()

    # -- what comes next

    def action_train(self) -> None:
        """Open Train with this dataset."""
        if self.cursor.seen is not None and not self.cursor.seen.problem:
            self.console.train_dataset = self.cursor.dataset
            self.console.action_open("train")

    def action_curate(self) -> None:
        """Open Curate with this dataset."""
        self.console.curate_dataset = self.cursor.dataset
        self.console.action_open("curate")

    def action_label(self) -> None:
        """Open Label."""
        self.console.action_open("label")
