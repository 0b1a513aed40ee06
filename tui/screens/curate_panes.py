"""What Curate shows: datasets to choose from, or the flagged pictures of one with what was found about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.pictures.graphics import Graphics
from tui.curation.datasets import NOTHING, Curatable
from tui.curation.opened import Opened
from tui.curation.sitting import Sitting
from tui.curation.views import counts_line, first_flagged, flagged_lines, item_lines
from tui.theme import BOLD, Role, palette_of
from tui.widgets.cells import Line
from tui.widgets.gallery import Gallery, Tile
from tui.widgets.lines import Lines
from tui.widgets.picture import can_show
from tui.widgets.progress import bar

FIRST_SLOT = 7
"""Those before it are Validate's, whose pictures the terminal keeps while this screen is shown."""


class CuratePanes(Vertical):
    """Draws what it is told; decides nothing."""

    @dataclass
    class Pointed(Message):
        """The mouse chose another picture, so many below the one that is looked at."""

        step: int

    def __init__(self, graphics: Graphics, *, ascii_only: bool) -> None:
        super().__init__(id="curate-panes")
        self._graphics, self._ascii_only = graphics, ascii_only
        self._at, self._count = 0, 0

    def compose(self) -> ComposeResult:
        yield Static("Looking for datasets of pictures …", id="curate-waiting", markup=False)
        datasets = OptionList(id="curate-datasets")
        datasets.border_title = "Datasets of pictures"
        yield datasets
        with Horizontal(id="curate-body"):
            flagged = Lines(ascii_only=self._ascii_only, id="flagged")
            flagged.border_title = "Flagged"
            yield flagged
            with Vertical(id="picture-side") as side:
                side.border_title = "Picture"
                yield Gallery(self._graphics, first_slot=FIRST_SLOT, most=2, ascii_only=self._ascii_only)
                yield Lines(ascii_only=self._ascii_only, id="found")
        yield Lines(ascii_only=self._ascii_only, id="curate-figures")
        yield Lines(ascii_only=self._ascii_only, id="curate-said")

    @property
    def shows_pictures(self) -> bool:
        """Whether there is a way to show any."""
        return self._graphics is not Graphics.NONE and can_show(palette_of(self.app), ascii_only=self._ascii_only)

    def offer(self, datasets: Sequence[Curatable], wanted: str | None = None) -> None:
        """Show what there is to choose from; the cursor goes to the dataset that is wanted."""
        self.screen.set_class(bool(datasets), "-offering")
        self.query_one("#curate-waiting", Static).update(NOTHING)
        listing = self.query_one("#curate-datasets", OptionList)
        before = listing.highlighted
        listing.clear_options()
        listing.add_options(Option(_prompt(each), id=each.id) for each in datasets)
        if datasets:
            names = [each.id for each in datasets]
            at = names.index(wanted) if wanted in names else before or 0
            listing.highlighted = min(at, len(datasets) - 1)
            listing.focus()

    def show(self, sitting: Sitting, path: str) -> None:
        """Show how a review stands; what is the same is not sent again."""
        plain, items, at, item = self._ascii_only, sitting.items, sitting.at, sitting.current
        self._at, self._count = max(0, at), len(items)
        self._pane("flagged").show(lambda width, height: flagged_lines(items, at, width, height, ascii_only=plain))
        shown = "" if self.shows_pictures else path
        self._pane("found").show(lambda width, height: item_lines(item, width, height, path=shown, ascii_only=plain))
        counts, dataset, problem = sitting.counts, sitting.review.dataset.id, sitting.problem
        self._pane("curate-figures").show(
            lambda width, height: [
                counts_line(counts, dataset=dataset, problem=problem, shown=len(items), width=width, ascii_only=plain)
            ]
        )

    def on_lines_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        at = first_flagged(self._at, self._count, event.lines.content_size.height) + event.y
        if event.lines.id == "flagged" and at < self._count:
            self.post_message(self.Pointed(at - self._at))

    def on_lines_scrolled(self, event: Lines.Scrolled) -> None:
        event.stop()
        if event.lines.id == "flagged":
            self.post_message(self.Pointed(event.step))

    def picture(self, found: Opened | None) -> None:
        """Show the pictures of what is looked at."""
        gallery = self.query_one(Gallery)
        if found is None or not self.shows_pictures:
            gallery.show([])
            return
        item = found.item
        words: tuple[Line, ...] = (
            ((item.label or item.picture, Role.TITLE | BOLD),),
            ((f"line {item.line:,} of {item.split}", Role.MUTED),),
        )
        tiles = [Tile(found.picture, item.picture, words, missing="cannot be shown")]
        if item.other:
            beside: tuple[Line, ...] = ((("the same as", Role.TITLE | BOLD),), ((item.other, Role.MUTED),))
            tiles.append(Tile(found.other, item.other, beside, missing="cannot be shown"))
        gallery.show(tiles)

    def say(self, text: str, role: Role = Role.MUTED) -> None:
        """One line for the operator."""
        line: Line = ((text, int(role)),)
        self._pane("curate-said").show(lambda width, height: [line])

    def say_progress(self, dataset: str, stage: str, done: int, total: int) -> None:
        """How far a search is."""
        plain = self._ascii_only
        drawn = bar(done / total if total else 0.0, 16, ascii_only=plain)
        line: Line = ((f"{dataset}: {stage} {done:,} of {total:,} ", int(Role.TEXT)), *drawn)
        self._pane("curate-said").show(lambda width, height: [line])

    def _pane(self, name: str) -> Lines:
        return self.query_one(f"#{name}", Lines)


def _prompt(dataset: Curatable) -> Text:
    text = Text(dataset.id, "bold")
    state = "Enter goes through what was found" if dataset.searched else "not searched yet: Enter does"
    text.append(f"\n{dataset.task} · {dataset.rows:,} rows · {state}", "dim")
    return text
