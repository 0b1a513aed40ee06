"""What stands at the right of Validate below the fields: what is said, the newest answer, those before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.widgets import Static

from engine.pictures.graphics import Graphics
from tui.screens.samples import labels_of, prediction_text
from tui.theme import Role, palette_of
from tui.validate.answers import SIDES, Answer, Question, facts_line
from tui.validate.differences import difference_lines, differences
from tui.validate.judging import asked_in_words, in_words
from tui.widgets.cells import Line, to_text

if TYPE_CHECKING:
    from tui.screens.pictured import Pictured

MOST_ANSWERS = 20
SIDE_FRAME = 4


class AnswerPane(VerticalScroll):
    """Scrolls; one answer, or two beside each other."""

    def __init__(self, graphics: Graphics, *, ascii_only: bool) -> None:
        super().__init__(id="result")
        self._graphics, self._ascii_only = graphics, ascii_only
        self.border_title = "Answers"
        self._labels: list[str] = []
        self._earlier: list[Callable[[], Text]] = []
        self._newest: Callable[[], Text] | None = None
        """Made anew when the colours change."""
        self._told: tuple[str, Role] = ("", Role.MUTED)

    def compose(self) -> ComposeResult:
        yield Static(id="said")
        yield Vertical(id="picture-place")
        yield Static(id="differences")
        with Container(id="sides"):
            yield Static(id="side-0", classes="side")
            yield Static(id="side-1", classes="side")
        yield Static(id="answers")

    def on_mount(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Nothing was asked yet."""
        self._labels, self._earlier, self._newest = [], [], None
        self.query_one("#picture-place").remove_children()
        self.query_one("#sides").display = False
        self.query_one("#differences").display = False
        self._tell("#answers", Text())

    def say(self, text: str, role: Role) -> None:
        """A sentence above everything; an empty one goes."""
        self._told = (text, role)
        self._tell("#said", Text(text, palette_of(self.app).style(role, Style.null())))
        self.query_one("#said").display = bool(text)

    def unsay(self, text: str) -> None:
        """Take a sentence away, if it is the one that stands there."""
        if self._told[0] == text:
            self.say("", Role.MUTED)

    def repaint(self) -> None:
        """The colours are others now."""
        self.say(*self._told)
        self._show_all()

    def show_picture(self, picture: Pictured | None, prediction: Answer) -> None:
        """The picture of the question; none takes away that of the one before."""
        place = self.query_one("#picture-place")
        if picture is None:
            place.remove_children()
            return
        from tui.screens.pictured import show_in

        self._learn(prediction)
        show_in(place, picture, prediction.prediction, self._labels, palette_of(self.app), self._graphics)

    def show_one(self, question: Question, answer: Answer, *, pictured: bool, marks: Line = ()) -> None:
        """The answer of the only model, above those before."""
        self.query_one("#sides").display = False
        self.query_one("#differences").display = False
        self._newest = lambda: self._answer(question, answer, pictured=pictured, marks=marks)
        self._show_all()

    def keep(self) -> None:
        """What stands newest is now one of those before."""
        if self._newest is not None:
            self._earlier.insert(0, self._newest)
            del self._earlier[MOST_ANSWERS:]
            self._newest = None
            self._show_all()

    def show_two(self, question: Question, names: Sequence[str], judged: int, marks: Sequence[Line]) -> None:
        """Both answers as far as they are there, and how they differ."""
        palette = palette_of(self.app)
        for side, name in enumerate(names):
            answer = question.answers.get(side)
            pane = self.query_one(f"#side-{side}", Static)
            chosen = (">" if self._ascii_only else "▸") + " " if side == judged else ""
            pane.border_title = Text(f"{chosen}{SIDES[side]}  {name}")
            pane.set_class(side == judged, "-judged")
            if answer is None:
                shown = Text("asking", palette.style(Role.MUTED, Style.null()))
            elif answer.problem:
                shown = Text(answer.problem, palette.style(Role.ERROR, Style.null()))
            else:
                shown = self._answer(question, answer, pictured=False, marks=marks[side], brief=True)
            pane.update(shown)
        self.query_one("#sides").display = True
        first, second = question.told(0), question.told(1)
        lines: Sequence[Line] = ()
        if first is not None and second is not None:
            found = differences(question.sample, first.prediction, second.prediction)
            lines = difference_lines(found, ascii_only=self._ascii_only)
            words = f"A {in_words(first.prediction)}   B {in_words(second.prediction)}"
            self._newest = lambda: Text(f"{asked_in_words(question.sample)}\n{words}", "dim")
        self._tell("#differences", Text("\n").join(to_text(line, palette) for line in lines))
        self.query_one("#differences").display = bool(lines)
        self._tell("#answers", Text("\n\n").join(make() for make in self._earlier))

    def _answer(
        self, question: Question, answer: Answer, *, pictured: bool, marks: Line, brief: bool = False
    ) -> Text:
        self._learn(answer)
        palette, sample = palette_of(self.app), question.sample
        shown = Text()
        if "a" in sample:
            shown.append(f"{sample['a']}\n{sample['b']}\n")
        shown.append_text(
            prediction_text(
                sample,
                answer.prediction,
                palette,
                self._labels,
                self._room(beside=brief),
                pictured=pictured,
                ascii_only=self._ascii_only,
            )
        )
        facts = facts_line(sample, answer, brief=brief, ascii_only=self._ascii_only)
        for line in (facts, marks):
            if line:
                shown.append("\n").append_text(to_text(line, palette))
        return shown

    def _room(self, *, beside: bool) -> int:
        """Columns of an answer; the scroll bar, which comes and goes, has its own."""
        whole = self.content_size.width - self.styles.scrollbar_size_vertical
        if not beside:
            return whole
        return (whole if self.screen.has_class("-narrow") else whole // 2) - SIDE_FRAME

    def _learn(self, answer: Answer) -> None:
        self._labels = sorted({*self._labels, *labels_of([answer.prediction])})

    def _show_all(self) -> None:
        parts = [*([self._newest] if self._newest is not None else []), *self._earlier]
        self._tell("#answers", Text("\n\n").join(make() for make in parts))

    def _tell(self, name: str, text: Text) -> None:
        pane = self.query_one(name, Static)
        if text != pane.content or (isinstance(pane.content, Text) and text.spans != pane.content.spans):
            pane.update(text)
