"""A window in which a sample is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from engine.errors import FinetopError
from engine.workspace import Workspace
from tui.actions import bindings_of
from tui.labelling.beside import Beside
from tui.paths import typed_path
from tui.screens.bars import ActionBar
from tui.screens.field import Field
from tui.screens.window import Window
from tui.validate.pick_view import filter_line, nothing_line, pick_line, shelf_line
from tui.validate.picking import Picked, Shelf, kept, labels_of_picks, place_names, samples_in, samples_of_file
from tui.widgets.cells import Line
from tui.widgets.lines import Lines
from tui.widgets.row_list import RowList


@dataclass(frozen=True)
class Shop:
    """Whose samples are offered."""

    workspace: Workspace
    dataset: str
    directory: Path
    predicts_on: str


class SampleReader(Beside):
    """Reads places in threads."""

    @dataclass
    class Named(Message):
        """Which places there are."""

        names: tuple[str, ...]

    @dataclass
    class Read(Message):
        """What is in one."""

        shelf: Shelf

    def names(self, shop: Shop) -> None:
        """Find the places."""
        self.in_thread(lambda: self.Named(place_names(shop.workspace, shop.dataset, shop.directory)))

    def shelf(self, name: str, read: Callable[[], Shelf]) -> None:
        """Read one."""

        def work() -> Message:
            try:
                return self.Read(read())
            except (FinetopError, OSError) as problem:
                return self.Read(Shelf(name, problem=str(problem)))

        self.in_thread(work)


class PickScreen(Window[Picked]):
    """Hands back the chosen sample."""

    CSS_PATH = ["window.tcss", "pick.tcss"]
    BINDINGS = bindings_of("pick")

    def __init__(self, shop: Shop, *, ascii_only: bool) -> None:
        super().__init__()
        self._shop, self._ascii_only = shop, ascii_only
        self._names: tuple[str, ...] = ()
        self._at = 0
        self._shelves: dict[str, Shelf] = {}
        self._shown: list[Picked] = []
        self._label, self._words, self._only_wrong = "", "", False
        self._writing = ""
        """What the field is for: `words` or `file`; empty while it is hidden."""

    def compose(self) -> ComposeResult:
        with Vertical(id="window", classes="wide pick") as window:
            window.border_title = "Pick a sample"
            yield Lines(ascii_only=self._ascii_only, id="places")
            yield Field(id="written")
            yield RowList(ascii_only=self._ascii_only, id="samples")
        yield ActionBar()
        yield SampleReader()

    def on_mount(self) -> None:
        self.query_one("#written").display = False
        self.query_one(SampleReader).names(self._shop)
        self.query_one(RowList).focus()

    def on_sample_reader_named(self, event: SampleReader.Named) -> None:
        event.stop()
        self._names = event.names
        if self._names:
            self._read()
        else:
            self._shelves[""] = Shelf("", problem="There is no dataset and no run to pick from: f opens a file.")
        self._show()

    def on_sample_reader_read(self, event: SampleReader.Read) -> None:
        event.stop()
        self._shelves[event.shelf.name] = event.shelf
        self._show()

    @property
    def _place(self) -> str:
        return self._names[self._at] if self._names else ""

    @property
    def _shelf(self) -> Shelf | None:
        return self._shelves.get(self._place)

    def _read(self) -> None:
        name, shop = self._place, self._shop
        if name not in self._shelves:
            self.query_one(SampleReader).shelf(
                name, lambda: samples_in(shop.workspace, name, shop.dataset, shop.directory)
            )

    def _show(self) -> None:
        shelf, plain = self._shelf, self._ascii_only
        picks = shelf.picks if shelf is not None else ()
        self._shown = kept(picks, label=self._label, words=self._words, only_wrong=self._only_wrong)
        shown, names, at = self._shown, self._names, self._at
        about = filter_line(shelf, len(shown), label=self._label, words=self._words, only_wrong=self._only_wrong)
        self.query_one(Lines).show(lambda width, height: (shelf_line(names, at), about))

        known = any(one.right is not None for one in shown)

        def line(place: int, width: int) -> Line:
            return pick_line(shown[place], width, known=known, ascii_only=plain)

        empty = nothing_line(shelf, only_wrong=self._only_wrong)
        self.query_one(RowList).show(len(shown), line, empty=empty)
        self.refresh_bindings()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.dismiss(self._shown[event.at])

    def action_next_source(self, step: int) -> None:
        """The next place, or the one before."""
        if self._names:
            self._at = (self._at + step) % len(self._names)
            self._label = ""
            self._read()
            self._show()

    def action_next_label(self) -> None:
        """Only the next class; after the last all of them."""
        labels = ["", *labels_of_picks(self._shelf.picks if self._shelf is not None else ())]
        at = labels.index(self._label) if self._label in labels else 0
        self._label = labels[(at + 1) % len(labels)]
        self._show()

    def action_only_wrong(self) -> None:
        """Only those that the model got wrong; and all again."""
        self._only_wrong = not self._only_wrong
        self._show()

    def action_search(self) -> None:
        """Write words that samples must have."""
        self._write("words", "Words", self._words)

    def action_open_file(self) -> None:
        """Write the path of a file."""
        self._write("file", "Path of a file: JSONL, CSV, TXT, or a folder of pictures", "")

    def _write(self, purpose: str, title: str, value: str) -> None:
        written = self.query_one("#written", Input)
        self._writing = purpose
        written.border_title, written.value, written.display = title, value, True
        written.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._writing == "words":
            self._words = event.value.strip()
            self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._writing == "file" and event.value.strip():
            path = typed_path(event.value)
            name = path.name or str(path)
            self._names = (*(one for one in self._names if one != name), name)
            self._at = len(self._names) - 1
            self._shelves.pop(name, None)
            self.query_one(SampleReader).shelf(name, lambda: samples_of_file(path, self._shop.predicts_on))
        self._leave_field()
        self._show()

    def _leave_field(self) -> None:
        self._writing = ""
        self.query_one("#written").display = False
        self.query_one(RowList).focus()

    def action_dismiss_window(self) -> None:
        """Out of the field; else close."""
        if self._writing:
            self._leave_field()
        else:
            self.dismiss(None)
