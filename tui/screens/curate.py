"""Curate: go through what is wrong with a dataset of pictures, and make the dataset without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import OptionList

from engine.curation.decisions import Decision
from engine.curation.review import Review
from engine.errors import FinetopError
from tui.actions import bindings_of
from tui.curation.datasets import Curatable, shown_path
from tui.curation.datasets_beside import DatasetsBeside
from tui.curation.opened import Opened, opened
from tui.curation.searching import Searching
from tui.curation.sitting import Sitting
from tui.curation.views import RELABEL, confirmation, spoken
from tui.feed.model import Wanted
from tui.screens.base import ConsoleScreen, Told
from tui.screens.curate_panes import CuratePanes
from tui.screens.curate_windows import ApplyScreen, LabelScreen
from tui.theme import Role

HOW = (
    "{curate.accept} decides as suggested, {curate.keep} keeps, {curate.drop} drops, {curate.relabel} gives another "
    "label, {curate.undo} takes back; {app.help} shows all."
)
DONE = "All are decided. {curate.apply} makes the dataset; until then every decision can be changed."
ON_AN_ITEM = frozenset({"accept", "keep", "drop", "relabel"})
REVIEWING = ON_AN_ITEM | {"undo", "next_undecided", "next_problem", "apply", "move"}


class CurateScreen(ConsoleScreen):
    """Takes the keys, hands what they mean to the sitting, and shows how it stands."""

    MODE = "curate"
    CSS_PATH = "curate.tcss"
    BINDINGS = bindings_of("curate")
    AUTO_FOCUS = ""

    @dataclass
    class Loaded(Message):
        """The pictures of an item."""

        found: Opened

    def __init__(self) -> None:
        super().__init__()
        self.sitting: Sitting | None = None
        """The review that is gone through; None while datasets are offered."""
        self._datasets: tuple[Curatable, ...] = ()
        self._shown: Decision | None = None
        """Whose pictures are shown, or on their way."""

    def compose_body(self) -> ComposeResult:
        options = self.console.options
        yield CuratePanes(options.graphics, ascii_only=options.ascii_only)
        yield DatasetsBeside(options.workspace)
        yield Searching(options.workspace)

    @property
    def panes(self) -> CuratePanes:
        """What shows it."""
        return self.query_one(CuratePanes)

    @property
    def searching(self) -> Searching:
        """What searches."""
        return self.query_one(Searching)

    @property
    def beside(self) -> DatasetsBeside:
        """What lists, opens and makes datasets."""
        return self.query_one(DatasetsBeside)

    # -- choosing a dataset

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        if self.sitting is not None and self.console.curate_dataset:
            self.action_leave()
        elif self.sitting is None:
            self.beside.look()
        else:
            self._act(self.sitting.refresh)

    def on_datasets_beside_looked(self, event: DatasetsBeside.Looked) -> None:
        event.stop()
        wanted, self.console.curate_dataset = self.console.curate_dataset, None
        if wanted or event.datasets != self._datasets or not self._datasets:
            self._datasets = event.datasets
            self.panes.offer(event.datasets, wanted)
        self.refresh_bindings()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        chosen = self._datasets[event.option_index]
        if chosen.searched:
            self.beside.open(chosen.id)
        else:
            self._search(chosen.id)

    def on_datasets_beside_opened(self, event: DatasetsBeside.Opened) -> None:
        event.stop()
        self.sitting = Sitting(event.review)
        self.set_focus(None)
        self.add_class("-reviewing")
        self.panes.say(self.console.keymap.say(HOW))
        self._show()

    # -- searching

    def _search(self, dataset: str) -> None:
        if self.searching.start(dataset):
            self.panes.say(f"{dataset}: looking for duplicates, wrong labels, blur and bad exposure ...", Role.TEXT)
        else:
            self.panes.say(f"{self.searching.dataset} is being searched: wait for it to end.", Role.WARNING)
        self.refresh_bindings()

    def action_search(self) -> None:
        """Search the dataset that is looked at, anew."""
        if self.sitting is not None:
            self._search(self.sitting.review.dataset.id)
            return
        at = self.query_one("#curate-datasets", OptionList).highlighted
        if at is not None and at < len(self._datasets):
            self._search(self._datasets[at].id)

    def on_searching_progress(self, event: Searching.Progress) -> None:
        event.stop()
        self.panes.say_progress(event.dataset, event.stage, event.done, event.total)

    def on_searching_ended(self, event: Searching.Ended) -> None:
        event.stop()
        if event.problem:
            self._complain(event.problem)
        elif self.sitting is None or self.sitting.review.dataset.id == event.dataset:
            self.beside.open(event.dataset)
        else:
            self.panes.say(f"{event.dataset} is searched: Esc goes back to the datasets.", Role.TEXT)
        self.refresh_bindings()

    # -- what is shown

    def _show(self) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        item, workspace = sitting.current, self.console.options.workspace
        path = shown_path(sitting.review.picture(item), workspace) if item is not None else ""
        self.panes.show(sitting, path)
        self._load(sitting.review, item)
        self.refresh_bindings()

    def _load(self, review: Review, item: Decision | None) -> None:
        same = item is not None and self._shown is not None and item.place == self._shown.place
        self._shown = item
        if item is None or not self.panes.shows_pictures:
            self.panes.picture(None)
        elif not same:
            self.in_thread(lambda: self.Loaded(opened(review, item)), group="pictures")

    def on_curate_screen_loaded(self, event: Loaded) -> None:
        if self.sitting is not None and self._shown is not None and event.found.item.place == self._shown.place:
            self.panes.picture(event.found)

    # -- deciding

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        sitting = self.sitting
        if action == "search":
            return self.is_mounted and bool(self._datasets) and not self.searching.dataset
        if action not in REVIEWING:
            return True
        if sitting is None or (action in ON_AN_ITEM and sitting.current is None):
            return False
        if action == "relabel":
            return bool(sitting.review.labels)
        if action == "undo":
            return sitting.can_undo
        return action != "apply" or not self.beside.applying

    def action_accept(self) -> None:
        """Decide as it is suggested."""
        if self.sitting is not None and self.sitting.current is not None:
            self._decide(self.sitting.current.suggested)

    def action_keep(self) -> None:
        """Let it stay as it is."""
        self._decide("keep")

    def action_drop(self) -> None:
        """Leave it out of the dataset."""
        self._decide("drop")

    def action_relabel(self) -> None:
        """Ask which label it gets."""
        sitting = self.sitting
        if sitting is None or sitting.current is None:
            return
        item = sitting.current

        def chosen(label: str | None) -> None:
            if label and self.sitting is sitting and sitting.current == item:
                self._decide(f"{RELABEL}:{label}")

        likely = item.settled.removeprefix(f"{RELABEL}:") if RELABEL in item.settled else item.label
        self.app.push_screen(LabelScreen(sitting.review.labels, likely), chosen)

    def _decide(self, decision: str) -> None:
        sitting = self.sitting
        if sitting is None or sitting.current is None:
            return
        place = f"line {sitting.current.line:,} of {sitting.current.split}"
        saved = self._act(lambda: sitting.decide(decision), f"{place}: {spoken(decision)}")
        counts = sitting.counts
        if saved and counts.flagged == counts.decided:
            self.panes.say(self.console.keymap.say(DONE), Role.REACHED)

    def action_undo(self) -> None:
        """Take the last decision back, and show its picture."""
        if self.sitting is not None:
            self._act(self.sitting.undo, "Taken back.")

    def action_next_undecided(self) -> None:
        """On to the next that nobody has decided on."""
        if self.sitting is not None:
            found = self.sitting.next_undecided()
            self.panes.say(self.console.keymap.say(HOW if found else DONE))
            self._show()

    def action_next_problem(self) -> None:
        """Only the next kind of problem; behind the last, all again."""
        if self.sitting is not None:
            self.sitting.next_problem()
            self._show()

    def action_move(self, step: int) -> None:
        """Up or down in the list."""
        if self.sitting is not None:
            self.sitting.move(step)
            self._show()

    def on_curate_panes_pointed(self, event: CuratePanes.Pointed) -> None:
        event.stop()
        self.action_move(event.step)

    def _act(self, act: Callable[[], object], said: str = "") -> bool:
        """Do something that is saved; where it cannot be, nothing has changed. Whether it could."""
        try:
            act()
        except FinetopError as problem:
            self._complain(str(problem))
            return False
        if said:
            self.panes.say(said)
        self._show()
        return True

    def _complain(self, text: str) -> None:
        # A sentence with a path is longer than the line for words.
        self.panes.say("")
        self.post_message(Told(text, failed=True))

    # -- carrying it out

    def action_apply(self) -> None:
        """Say what would be done, and do it when that is wanted."""
        sitting = self.sitting
        if sitting is None or not self._act(sitting.refresh):
            return
        review = sitting.review

        def chosen(make: bool | None) -> None:
            if make and not self.beside.applying:
                self.panes.say("Making the dataset ...", Role.TEXT)
                self.beside.apply(review)
                self.refresh_bindings()

        self.app.push_screen(ApplyScreen(confirmation(review.items, review.dataset.id)), chosen)

    def on_datasets_beside_applied(self, event: DatasetsBeside.Applied) -> None:
        event.stop()
        if event.failed:
            self._complain(event.said)
        else:
            self.panes.say(event.said, Role.REACHED)
        self.refresh_bindings()

    def action_leave(self) -> None:
        """Back to the datasets; from there to Monitor."""
        if self.sitting is None:
            self.console.action_open("monitor")
            return
        self.sitting = self._shown = None
        self.remove_class("-reviewing")
        self.panes.picture(None)
        self._datasets = ()
        self.beside.look()
