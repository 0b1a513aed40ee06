"""What Data shows: the list above; below it the examples, the classes and the facts of the dataset looked at."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from engine.pictures.graphics import Graphics
from tui.data.classes import balance_lines
from tui.data.cursor import Cursor
from tui.data.examples import Example
from tui.data.facts_view import facts_lines
from tui.data.looked import Looked
from tui.data.shelf import DatasetSeen, Facts
from tui.screens.bars import console_of
from tui.screens.data_examples import ExamplesView
from tui.screens.data_list import DatasetList
from tui.screens.field import Field
from tui.theme import Role
from tui.widgets.cells import Line
from tui.widgets.lines import Lines

PANES = ("examples", "classes", "facts")
FRAME = 2
FIRST_SLOT = 9
"""Those before it are Validate's and Curate's, whose pictures the terminal keeps while this screen is shown."""
NOTHING = """\
There is no dataset in this workspace yet.

  {data.generate}  makes one by the recipe of a profile
  {data.import}  makes one of your files: CoNLL, CSV, TSV, JSONL, YOLO, COCO, pictures

Both show ten examples before anything is written.
What is made shows here, with its classes; {data.train} then trains on it.
"""
NOTHING_READONLY = """\
There is no dataset in this workspace yet.

The console is read-only; what others make will show here.
"""


class DataPanes(Vertical):
    """Draws what it is told; decides nothing. All panes where there is room, one of them where there is not."""

    def __init__(self, graphics: Graphics, *, ascii_only: bool) -> None:
        super().__init__(id="data-panes")
        self._graphics, self._ascii_only = graphics, ascii_only
        self._pane = 0
        self._looked: Looked | None = None
        self.shown: tuple[Example, ...] = ()
        """The examples on screen: as many as there is room for."""

    def compose(self) -> ComposeResult:
        plain = self._ascii_only
        yield Static("Reading the datasets …", id="data-waiting", markup=False)
        with Vertical(id="data-top"):
            listing = DatasetList(ascii_only=plain)
            listing.border_title = "Datasets"
            yield listing
            yield Field(
                placeholder="words of name, task or profile; Enter keeps them, Esc takes them away", id="data-filter"
            )
        with Horizontal(id="data-below"):
            examples = ExamplesView(self._graphics, ascii_only=plain, first_slot=FIRST_SLOT, id="data-examples")
            examples.border_title = "Examples"
            yield examples
            with Vertical(id="data-about"):
                yield _titled(Lines(ascii_only=plain, id="data-classes"), "Classes")
                yield _titled(Lines(ascii_only=plain, id="data-facts"), "Facts")
        yield Lines(ascii_only=plain, id="data-said")

    def on_mount(self) -> None:
        self._show_pane()

    @property
    def shows_pictures(self) -> bool:
        """Whether there is a way to show any."""
        return self.query_one(ExamplesView).shows_pictures

    @property
    def roomy(self) -> bool:
        """Whether all panes are shown at once."""
        return not (self.screen.has_class("-narrow") or self.screen.has_class("-short"))

    def next_pane(self) -> None:
        """The next pane, where one fits."""
        self._pane = (self._pane + 1) % len(PANES)
        self._show_pane()

    def _show_pane(self) -> None:
        for place, name in enumerate(PANES):
            self.set_class(place == self._pane, f"-{name}")

    # -- the list

    def show_list(self, cursor: Cursor, now: float, *, readonly: bool) -> None:
        """Show which datasets there are."""
        shelf = cursor.shelf
        self.screen.set_class(bool(shelf.datasets), "-datasets")
        if not shelf.datasets:
            if shelf.looked and shelf.complete:
                self.query_one("#data-waiting", Static).update(
                    NOTHING_READONLY if readonly else console_of(self).keymap.say(NOTHING)
                )
            return
        count = f"{len(shelf.datasets):,}" + ("" if shelf.complete else ", reading on")
        title = f"Datasets  {count}"
        if cursor.filter:
            title = f"Datasets  {len(cursor.shown):,} of {count}  / {cursor.filter}"
        listing = self.query_one(DatasetList)
        _set_title(listing, Text(title))
        listing.styles.max_height = len(shelf.datasets) + 1 + FRAME
        listing.show(cursor.shown, cursor.at, now, nothing="No dataset has these words; Esc takes the filter away.")

    # -- the dataset

    def show_dataset(self, cursor: Cursor, looked: Looked | None, now: float) -> None:
        """Show how it is made up and its examples; what is the same is not sent again."""
        self._looked = looked
        seen = cursor.seen
        facts = looked.facts if looked is not None else None
        if seen is None or facts is None or looked is None:
            problem = seen.problem if seen is not None else ""
            problem = (looked.problem if looked is not None else "") or problem
            self._show_nothing(problem)
            return
        self._show_about(cursor, facts, seen, now)
        self._show_examples(cursor, looked, facts)

    def _show_nothing(self, problem: str) -> None:
        lines: list[Line] = [((problem, int(Role.ERROR)),)] if problem else []
        for name in ("data-classes", "data-facts"):
            self.query_one(f"#{name}", Lines).show(lambda width, height: lines)
        self.query_one(ExamplesView).say(problem, Role.ERROR)
        self.shown = ()

    def _show_about(self, cursor: Cursor, facts: Facts, seen: DatasetSeen, now: float) -> None:
        plain, split, chosen = self._ascii_only, cursor.split, cursor.chosen
        classes = self.query_one("#data-classes", Lines)
        classes.show(
            lambda width, height: balance_lines(facts.classes, split, chosen, width, height, ascii_only=plain)
        )
        self.query_one("#data-facts", Lines).show(lambda width, height: facts_lines(facts, seen, now, width, height))

    def _show_examples(self, cursor: Cursor, looked: Looked, facts: Facts) -> None:
        view = self.query_one(ExamplesView)
        self.shown = ()
        if looked.problem:
            view.say(looked.problem, Role.ERROR)
        elif not looked.page.examples:
            said = _no_examples(looked)
            view.say(said.replace("→", "Right") if self._ascii_only else said)
        else:
            self.shown = view.show(looked.page.examples, looked.pictures, facts.labels)
        self._say_where(cursor, looked, facts)

    def _say_where(self, cursor: Cursor, looked: Looked, facts: Facts) -> None:
        total, split = facts.counts.get(cursor.split, 0), cursor.split
        title = f"Examples  {split}"
        if self.shown:
            first, last = self.shown[0].at.number, self.shown[-1].at.number
            dash = "-" if self._ascii_only else "–"
            title += f"  {first:,}{dash}{last:,} of {total:,}" if first != last else f"  {first:,} of {total:,}"
        if cursor.chosen:
            title += f"  only {cursor.chosen}"
        _set_title(self.query_one("#data-examples"), Text(title))
        _set_title(self.query_one("#data-classes"), Text(f"Classes  {split}"))

    def say(self, text: str, role: Role = Role.MUTED) -> None:
        """One line for the operator."""
        line: Line = ((text.replace("→", "Right") if self._ascii_only else text, int(role)),)
        self.query_one("#data-said", Lines).show(lambda width, height: [line])


def _no_examples(looked: Looked) -> str:
    if looked.wish.chosen:
        where = "from here on" if looked.wish.start.offset else "in this split"
        if not looked.page.ended:
            return f"None of {looked.wish.chosen} up to line {looked.page.after.number:,}: → looks on."
        return f"No example of {looked.wish.chosen} {where}."
    return "No more examples." if looked.wish.start.offset else "This split has no examples."


def _titled(widget: Lines, title: str) -> Lines:
    widget.border_title = title
    return widget


def _set_title(widget: object, title: Text) -> None:
    # Setting a title draws the border anew, even where it is the same; as plain text, for names come from files.
    from textual.widget import Widget

    assert isinstance(widget, Widget)
    written = title.plain.replace("[", "(").replace("]", ")")
    if widget.border_title != written:
        widget.border_title = written
