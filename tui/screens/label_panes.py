"""What Label shows: the folder, why, the labels, figures, a line of words, and a field that comes and goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.markup import escape
from textual.widgets import Static

from engine.folders.labelling.agreement import Agreement
from engine.folders.labelling.sitting import Figures, Sitting
from engine.folders.samples.sample import TrainingSample
from tui.labelling.context import context_lines
from tui.labelling.figures import figures_line
from tui.labelling.label_list import Choice, label_at, label_lines
from tui.labelling.model_beside import ModelBeside
from tui.labelling.place import LabelSet
from tui.labelling.why import Why, why_lines
from tui.screens.bars import console_of
from tui.screens.writing_field import WritingField
from tui.theme import Role
from tui.widgets.cells import Line
from tui.widgets.lines import Lines
from tui.widgets.page import wrapped

ALL_DONE = (
    "Every folder is labelled. {label.batch} proposes more, {label.pass} labels some again, blind, "
    "{label.export} writes them to a file."
)
PASS_DONE = (
    "This pass is done. {label.agreement} shows how far it agrees; {label.pass} goes back to the other folders."
)


@dataclass(frozen=True)
class Shown:
    """All that the panes show."""

    sample: TrainingSample | None
    note: str
    choice: Choice
    figures: Figures
    taxonomy: str
    turn: int
    agreement: Agreement | None
    why: Why | None = None


def shown_of(
    labelling: Sitting, wanted: LabelSet, keys: Mapping[str, str], model: ModelBeside, *, ascii_only: bool
) -> Shown:
    """What the panes show of a sitting."""
    figures = labelling.figures
    several = len(labelling.state.by_rater) > 1
    agreements = labelling.agreements() if several else []
    choice = Choice(
        labels=wanted.labels,
        keys=keys,
        counts=figures.counts,
        given=labelling.label,
        suggestion=model.suggestion(labelling),
        why_none=_why_no_suggestion(labelling, model, ascii_only),
    )
    return Shown(
        labelling.current,
        labelling.note,
        choice,
        figures,
        wanted.name,
        labelling.turn,
        agreements[0] if agreements else None,
        model.why,
    )


def _why_no_suggestion(labelling: Sitting, model: ModelBeside, ascii_only: bool) -> str:
    if labelling.current is None:
        return ""
    if labelling.blind:
        return "Blind: nothing is suggested."
    if model.run or model.warming:
        return "The model is looking ..." if ascii_only else "The model is looking …"
    return "No model yet: {label.train} trains one."


class LabelPlace(Vertical):
    """Words that wait for a database, then the panes."""

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(id="label-place")
        self._ascii_only = ascii_only

    def compose(self) -> ComposeResult:
        yield Static("Looking for folders to label …", id="label-waiting", markup=False)

    def wait(self, text: str) -> None:
        """Say what is missing."""
        self.query_one("#label-waiting", Static).update(text)

    async def open(self) -> None:
        """There is something to label."""
        if not self.query(LabelPanes):
            await self.remove_children()
            await self.mount(LabelPanes(ascii_only=self._ascii_only))


class LabelPanes(Vertical):
    """Draws what it is told; decides nothing."""

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__(id="label-panes")
        self._ascii_only = ascii_only
        self._choice: Choice | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="label-body"):
            with Vertical(id="folder-side"):
                yield Lines(ascii_only=self._ascii_only, id="context")
                yield Lines(ascii_only=self._ascii_only, id="why")
            yield Lines(ascii_only=self._ascii_only, id="labels")
        yield WritingField(id="writing")
        yield Lines(ascii_only=self._ascii_only, id="figures")
        yield Lines(ascii_only=self._ascii_only, id="said")

    @property
    def writing(self) -> WritingField:
        """Where the operator writes."""
        return self.query_one(WritingField)

    def show(self, shown: Shown) -> None:
        """Show this; what is the same is not sent again."""
        plain = self._ascii_only
        keymap = console_of(self).keymap
        done = keymap.say(PASS_DONE if shown.turn > 1 else ALL_DONE)
        self._choice = replace(shown.choice, why_none=keymap.say(shown.choice.why_none))
        choice = self._choice
        context, labels = self._pane("context"), self._pane("labels")
        self._title(context, "Folder" if shown.sample is not None else "Done")
        self._title(labels, f"Labels of {shown.taxonomy}")
        context.show(lambda width, height: _folder(shown, width, height, done, plain))
        labels.show(lambda width, height: label_lines(choice, width, height, ascii_only=plain))
        self._pane("figures").show(lambda width, height: [_figures(shown, width, plain)])
        why = self._pane("why")
        self._title(why, f"Why: nearest {shown.why.by}" if shown.why is not None else "Why")
        why.show(lambda width, height: why_lines(shown.why, width, height, ascii_only=plain))

    def label_at(self, y: int) -> str:
        """The label on a line of the list; empty where there is none."""
        width, height = self._pane("labels").content_size
        return label_at(self._choice, y, width, height) if self._choice is not None else ""

    def say(self, text: str, role: Role = Role.MUTED) -> None:
        """One line for the operator."""
        line: Line = ((text, int(role)),)
        self._pane("said").show(lambda width, height: [line])

    def _pane(self, name: str) -> Lines:
        return self.query_one(f"#{name}", Lines)

    def _title(self, pane: Lines, title: str) -> None:
        # Setting a title draws the border anew, even where it is the same.
        # It holds names, which are no markup.
        written = escape(title)
        if pane.border_title != written:
            pane.border_title = written


def _folder(shown: Shown, width: int, height: int, done: str, ascii_only: bool) -> list[Line]:
    if shown.sample is None:
        return wrapped(done, width, Role.TEXT)
    return context_lines(shown.sample, width, height, note=shown.note, ascii_only=ascii_only)


def _figures(shown: Shown, width: int, ascii_only: bool) -> Line:
    return figures_line(
        shown.figures,
        taxonomy=shown.taxonomy,
        turn=shown.turn,
        agreement=shown.agreement,
        width=width,
        ascii_only=ascii_only,
    )
