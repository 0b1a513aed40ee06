"""What Train shows: choices at the left, settings and plan at the right, the changes as one line below."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.widgets import Input

from tui.feed.model import RunInfo
from tui.screens.field import Field
from tui.screens.train_choice import ChoiceList
from tui.screens.train_settings import SheetPane
from tui.theme import Role
from tui.train.choices import choices
from tui.train.draft import line_of, with_line
from tui.train.outline import outline_lines, total
from tui.train.picture import Picture
from tui.widgets.cells import Line
from tui.widgets.page import Page, wrapped


class TrainPanes(Vertical):
    """Draws what it is told; decides nothing."""

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(id="train-panes")
        self._ascii_only = ascii_only
        self._outline: list[Line] = []

    def compose(self) -> ComposeResult:
        plain = self._ascii_only
        with Horizontal(id="train-body"):
            choice = ChoiceList(id="train-choice")
            choice.border_title = "Train"
            yield choice
            with Vertical(id="work"):
                with Container(id="train-split"):
                    yield SheetPane(ascii_only=plain)
                    with VerticalScroll(id="train-outline") as outline:
                        outline.border_title = "Plan"
                        yield Page(ascii_only=plain, id="plan")
                changes = Field(placeholder="epochs=3 ner.batch_size=8", id="changes")
                changes.border_title = "Changes"
                yield changes
        yield Page(ascii_only=plain, id="train-said")

    @property
    def settings(self) -> SheetPane:
        """The table of settings."""
        return self.query_one(SheetPane)

    @property
    def choice(self) -> ChoiceList:
        """The list at the left."""
        return self.query_one(ChoiceList)

    @property
    def line(self) -> Input:
        """The field of all changes."""
        return self.query_one("#changes", Input)

    def show(self, picture: Picture, runs: Sequence[RunInfo]) -> None:
        """Show this; what is the same is not sent again."""
        plans = {plan.model: plan for plan in picture.plans}
        self.choice.show(
            choices(picture.profiles, picture.devices, picture.draft, plans, ascii_only=self._ascii_only)
        )
        if not picture.bad_line and with_line(picture.draft, self.line.value) != (picture.draft, ""):
            self.line.value = line_of(picture.draft.changes)
        self.settings.show(picture.rows, picture.empty)
        words = ["only changed"] if picture.wanted.changed else []
        words += [f"with “{picture.wanted.words}”"] if picture.wanted.words else []
        self.settings.border_title = ", ".join(["Settings", *words])
        self.show_outline(picture, runs)

    def show_outline(self, picture: Picture, runs: Sequence[RunInfo]) -> None:
        """What would run, by the runs that there are now."""
        plain, page, outline = self._ascii_only, self.query_one("#plan", Page), self.query_one("#train-outline")
        cross = "x " if plain else "✗ "

        def view(width: int) -> Sequence[Line]:
            if picture.problems:
                return [line for text in picture.problems for line in wrapped(cross + text, width, Role.ERROR)]
            return outline_lines(picture.plans, runs, picture.slots, width, ascii_only=plain)

        lines = list(view(max(20, page.size.width)))
        if lines != self._outline:
            self._outline = lines
            page.show(view)
        made = picture.planned or picture.problems or not picture.complete
        outline.border_title = "Plan" if made else "Plan: being made"
        outline.border_subtitle = total(picture.plans, picture.slots) if made and picture.plans else ""

    def say(self, text: str, role: int = Role.MUTED) -> None:
        """A sentence below everything; nothing takes it away."""
        page = self.query_one("#train-said", Page)
        page.display = bool(text)
        page.show(lambda width: wrapped(text, width, role) if text else [])
