"""The part of Validate in which answers are accepted, rejected and corrected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.widget import Widget

from tui.screens.curate_windows import LabelScreen
from tui.screens.validate_part import validate_screen_of
from tui.theme import Role, palette_of
from tui.validate.asking_state import State
from tui.validate.correcting import right_of
from tui.validate.feedback_beside import FeedbackBeside
from tui.validate.giving import Verdict, rejected, what_happens
from tui.validate.judging import asked_in_words
from tui.validate.sitting import Sitting
from tui.widgets.cells import to_text

if TYPE_CHECKING:
    from tui.screens.validate import ValidateScreen


class FeedbackPart(Widget):
    """Not seen; it opens windows, and tells the screen what became of them."""

    DEFAULT_CSS = "FeedbackPart { display: none; }"

    def __init__(self, state: State) -> None:
        super().__init__(id="feedback-part")
        self._state, self._sitting = state, Sitting()
        self._undoing = False

    def compose(self) -> ComposeResult:
        yield FeedbackBeside(self._validate.console.options.workspace)

    @property
    def _validate(self) -> ValidateScreen:
        return validate_screen_of(self)

    def can(self, action: str) -> bool:
        """Whether a judgement can be given, or taken back, now."""
        if self._validate.console.options.readonly:
            return False
        match action:
            case "undo":
                return self._sitting.last is not None and not self._undoing
            case "other_side":
                return self._state.beside is not None and self._state.question is not None
            case "correct":
                return self._state.can_judge(correct=True)
        return self._state.can_judge()

    @property
    def hint(self) -> bool:
        """Whether the operator is to be told that answers can be judged: until the first time."""
        return self.can("judge") and self._sitting.last is None

    def judge(self, verdict: str) -> None:
        """Accept the answer, or reject it."""
        state = self._state
        question, side = state.question, state.sides.get(state.judged)
        if question is None or side is None or side.subject is None or not self.can("judge"):
            return
        place = (question.number, state.judged)
        if verdict == "rejected":
            state.begin()
            self.post_message(FeedbackBeside.Kept(place, rejected()))
            return
        prediction = question.answers[state.judged].prediction
        if prediction.get("known") is False:
            said = "The model says that it does not know: {validate.correct} says what it is."
            self._validate.pane.say(self._validate.console.keymap.say(said), Role.WARNING)
            return
        self._give("accepted", right_of(prediction))

    def correct(self) -> None:
        """Open the window in which this kind of answer is corrected."""
        state = self._state
        question, side = state.question, state.sides.get(state.judged)
        if question is None or side is None or side.subject is None or not self.can("correct"):
            return
        prediction, sample, labels = question.answers[state.judged].prediction, question.sample, side.subject.labels
        number = question.number

        def kept(right: Mapping[str, Any] | None) -> None:
            if right is not None and state.question is not None and state.question.number == number:
                self._give("corrected", right)

        from tui.screens.correct_spans import SpansScreen
        from tui.screens.correct_windows import BoxesScreen, ScoreScreen

        if "entities" in prediction:
            self.app.push_screen(
                SpansScreen(str(sample.get("text", "")), prediction["entities"], labels),
                lambda spans: kept(None if spans is None else {"entities": spans}),
            )
        elif "objects" in prediction:
            self.app.push_screen(
                BoxesScreen(asked_in_words(sample), prediction["objects"], labels),
                lambda objects: kept(None if objects is None else {"objects": objects}),
            )
        elif "similarity" in prediction:
            self.app.push_screen(
                ScoreScreen(str(sample["a"]), str(sample["b"]), float(prediction["similarity"])),
                lambda score: kept(None if score is None else {"score": score}),
            )
        else:
            likely = str(prediction.get("label", ""))
            self.app.push_screen(LabelScreen(labels, likely), lambda label: kept({"label": label} if label else None))

    def undo(self) -> None:
        """Take the last judgement back."""
        given = self._sitting.last
        if given is not None and self.can("undo"):
            self._undoing = True
            self.query_one(FeedbackBeside).undo(given)

    def _give(self, verdict: Verdict, right: Mapping[str, Any]) -> None:
        state = self._state
        side = state.sides.get(state.judged)
        if state.question is None or side is None or side.subject is None:
            return
        state.begin()
        self.query_one(FeedbackBeside).give(side.subject, verdict, state.question, state.judged, right)
        self._validate.refresh_bindings()

    def on_feedback_beside_kept(self, event: FeedbackBeside.Kept) -> None:
        """It is where it belongs, or not."""
        event.stop()
        before = self._state.settle(event.place, event.given)
        if event.given is None:
            self._validate.pane.say(f"Not kept: {event.problem}", Role.ERROR)
        else:
            if before is not None:
                self._sitting.take_back(before)
            self._sitting.add(event.given)
            side = self._state.sides.get(event.place[1])
            said = event.given.sentence
            if event.given.outcome in ("added", "replaced") and side is not None and side.subject is not None:
                said = f"{said} {what_happens(side.subject)}."
            self._validate.pane.say(said, Role.MUTED)
        self._show()

    def on_feedback_beside_undone(self, event: FeedbackBeside.Undone) -> None:
        """It was taken back, or cannot be any more."""
        event.stop()
        self._undoing = False
        self._sitting.take_back(event.given)
        if event.problem:
            self._validate.pane.say(f"It stays: {event.problem}", Role.ERROR)
        else:
            self._state.take_back(event.given)
            self._validate.pane.say(f"Taken back: what you {event.given.verdict} counts no more.", Role.MUTED)
        self._show()

    def _show(self) -> None:
        plain = self._validate.console.options.ascii_only
        line = self._sitting.line(ascii_only=plain)
        self._validate.pane.border_subtitle = to_text(line, palette_of(self.app))
        self._validate.show_answers()
