"""Validate samples: pick a trained model or two, write or pick a sample, see what they say, say what is right."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize

from engine.pictures.graphics import Graphics
from tui.actions import bindings_of
from tui.feed.model import Snapshot, Wanted
from tui.predictor import Row
from tui.screens.ask_fields import AskFields
from tui.screens.base import ConsoleScreen, types_text
from tui.screens.model_list import ModelList
from tui.screens.validate_feedback import FeedbackPart
from tui.screens.validate_panes import AnswerPane
from tui.screens.validate_samples import SamplesPart
from tui.theme import Role, palette_of
from tui.validate.answers import SIDES
from tui.validate.asker import Asker
from tui.validate.asking_state import Side, State
from tui.validate.choices import Choice, runs_to_ask
from tui.validate.loading import loading_words
from tui.validate.warm import WarmModels

HINT = (
    "{validate.back}, then {validate.accept}: right, {validate.reject}: wrong, {validate.correct}: say what is right."
)
NOTHING = "There is no trained model yet: {app.train} starts a training, {app.monitor} watches it."


class ValidateScreen(ConsoleScreen):
    """Models at the left; fields and answers at the right."""

    MODE = "validate"
    CSS_PATH = ["form.tcss", "validate.tcss"]
    BINDINGS = bindings_of("validate")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-vast")]
    AUTO_FOCUS = "#models"

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self._failed = self._pictured = False
        self._example = -1

    def compose_body(self) -> ComposeResult:
        options = self.console.options
        if self.console.warm is None:
            self.console.warm = WarmModels()
        with Horizontal(id="form-body"):
            yield ModelList(options.workspace, ascii_only=options.ascii_only)
            with Vertical(id="try"):
                yield AskFields()
                yield AnswerPane(options.graphics, ascii_only=options.ascii_only)
        yield Asker(options.workspace, self.console.warm, options.now)
        yield FeedbackPart(self.state)
        yield SamplesPart(self.state)

    def on_mount(self) -> None:
        self._tick = self.set_interval(1.0, self._say_loading, pause=True)
        self.watch(self.app, "theme", self._repaint, init=False)
        self.console.snapshot_signal.subscribe(self, self.show_snapshot)
        self.show_snapshot(self.console.snapshot)

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        self.show_snapshot(self.console.snapshot)
        self.models.read_versions()
        self._take_wish()

    # -- the list of models

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Offer every run that ended with a model."""
        if snapshot.listed:
            self.models.show_runs(runs_to_ask(self.console.options.workspace, snapshot.runs))

    def on_model_list_offered(self, event: ModelList.Offered) -> None:
        event.stop()
        if not event.count:
            self.pane.say(self.console.keymap.say(NOTHING), Role.MUTED)
        elif self.state.first is None and not self._failed:
            self.pane.say("Choose a model with the arrow keys and press Enter.", Role.MUTED)
            if self.focused is None:
                self.models.focus_list()
        self._take_wish()

    def _take_wish(self) -> None:
        """Load the model that Monitor asked for."""
        run = self.models.point_at(self.console.try_run) if self.console.try_run is not None else None
        if run is not None:
            self.console.try_run = None
            self._load(0, run)

    def on_model_list_taken(self, event: ModelList.Taken) -> None:
        event.stop()
        self._load(0, event.choice)

    def action_filter(self) -> None:
        """Write words that the models must have."""
        self.models.focus_filter()

    # -- the models that are asked

    @property
    def models(self) -> ModelList:
        """What can be asked."""
        return self.query_one(ModelList)

    @property
    def fields(self) -> AskFields:
        """What is asked."""
        return self.query_one(AskFields)

    @property
    def pane(self) -> AnswerPane:
        """Where answers stand."""
        return self.query_one(AnswerPane)

    def _load(self, at: int, choice: Choice) -> None:
        """Warm a model up as A or B; what was A or B before ends, unless it is the other one."""
        sides = self.state.sides
        first = sides.get(0)
        if at == 0 and first is not None and first.choice == choice and first.ready is not None:
            self.fields.focus_first()
            return
        if at == 0:
            sides.clear()
            self._example = -1
            self.fields.ask_for(choice.task)
            self.fields.focus_first()
        self.state.question, self.state.judged, self._failed = None, 0, False
        self.pane.clear()
        sides[at] = Side(choice, self.console.options.now())
        self._mark()
        self._say_loading()
        self._tick.resume()
        keep = sides[0].choice.directory if at else None
        self.query_one(Asker).load(at, choice, keep=keep)
        self.refresh_bindings()

    def action_beside(self) -> None:
        """Ask the highlighted model, too, beside the first; once more takes it away."""
        first, beside, choice = self.state.first, self.state.beside, self.models.highlighted
        if first is None or choice is None:
            return
        if beside is not None and choice.name in (beside.choice.name, first.choice.name):
            self._take_away(1)
            self.pane.say(f"{first.choice.name} alone is asked again.", Role.MUTED)
        elif choice.name == first.choice.name:
            said = "Choose another model in the list, then {validate.beside} asks it beside this one."
            self.pane.say(self.console.keymap.say(said), Role.WARNING)
        elif choice.task != first.choice.task:
            said = f"{choice.short} does {choice.task}: choose another model of {first.choice.task}."
            self.pane.say(said, Role.WARNING)
        else:
            self._load(1, choice)

    def _take_away(self, at: int) -> None:
        side = self.state.sides.pop(at)
        self.query_one(Asker).drop(side.choice)
        self.state.question, self.state.judged = None, 0
        self.pane.clear()
        self._mark()
        self.refresh_bindings()

    def _mark(self) -> None:
        """Say in the list which models are A and B."""
        both = self.state.beside is not None
        self.models.mark({side.choice.name: SIDES[at] for at, side in self.state.sides.items() if both})

    def _say_loading(self) -> None:
        waiting = [(side.choice.short, side.since) for side in self.state.loading]
        if waiting:
            self.pane.say(loading_words(waiting, self.console.options.now()), Role.MUTED)
        else:
            self._tick.pause()

    def on_asker_loaded(self, event: Asker.Loaded) -> None:
        event.stop()
        if not self.state.warmed(event.side, event.name, event.ready, event.subject):
            return
        if event.ready is None:
            self._tick.pause()
            self._failed = True
            self.pane.say(event.problem, Role.ERROR)
        elif self.state.ready:
            self._tick.pause()
            self.fields.ask_for(event.ready.task)
            names = " and ".join(side.choice.short for side in self.state.sides.values())
            both = f"{names} on {event.ready.device}" if self.state.beside else f"on {event.ready.device}"
            typing = self.focused is not None and types_text(self.focused)
            picks = ("{validate.back}, then " if typing else "") + "{validate.pick}: pick a sample."
            if event.ready.examples:
                picks = "{validate.example} fills in an example. " + picks
            said = f"Ready {both}. Write and press Enter. "
            self.pane.say(said + self.console.keymap.say(picks), Role.MUTED)
        self._mark()
        self.refresh_bindings()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self.show_answers)  # bars are as long as there is room

    # -- questions and answers

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state = self.state
        match action:
            case "submit":
                return state.ready and not state.asking
            case "next_example":
                return state.ready and bool(state.sides[0].ready and state.sides[0].ready.examples)
            case "pick" | "batch":
                return state.ready
            case "beside":
                return (
                    state.first is not None and state.first.ready is not None and self.models.highlighted is not None
                )
            case "judge" | "correct" | "undo" | "other_side":
                return self.query_one(FeedbackPart).can(action) if self.is_mounted else False
        return True

    def on_ask_fields_written(self, event: AskFields.Written) -> None:
        event.stop()
        self.action_submit()

    def action_next_example(self) -> None:
        """Fill in the next of the samples that the training put beside the model."""
        ready = self.state.first.ready if self.state.first is not None else None
        if ready is None or not ready.examples:
            return
        self._example = (self._example + 1) % len(ready.examples)
        self.fill(ready.examples[self._example], f"(example {self._example + 1})")

    def fill(self, sample: Row, name: str, split: str = "") -> None:
        """Put a sample into the fields, and ask; `name` stands for a picture that it carries itself."""
        self.fields.fill(sample, name, split)
        self.action_submit()

    def action_submit(self) -> None:
        """Ask the model, or both."""
        if not self.state.ready or self.state.asking:
            return
        asked = self.fields.asked()
        if asked is None:
            self.pane.say(self.fields.kind.missing, Role.WARNING)
            return
        sample, split = asked
        from tui.widgets.picture import can_show

        options = self.console.options
        shows = options.graphics is not Graphics.NONE
        with_picture = (
            self.fields.kind.image and shows and can_show(palette_of(self.app), ascii_only=options.ascii_only)
        )
        self.pane.keep()
        question = self.state.ask(sample, split)
        for side in self.state.sides:
            wanted = with_picture and side == 0
            self.query_one(Asker).ask(side, question.number, sample, with_picture=wanted)
        self.refresh_bindings()

    def on_asker_answered(self, event: Asker.Answered) -> None:
        event.stop()
        if not self.state.answered(event.side, event.number, event.answer):
            return
        if event.answer.problem:
            self.pane.say(event.answer.problem, Role.ERROR)
            if not event.alive:
                self._failed = True
                name = self.state.sides.pop(event.side).choice.short
                again = self.console.keymap.say("{validate.beside}") if event.side else "Enter"
                self.pane.say(f"{event.answer.problem}\n{again} on {name} loads it again.", Role.ERROR)
                self._mark()
        elif event.side == 0:
            self._pictured = event.picture is not None
            self.pane.show_picture(event.picture, event.answer)
            typing = self.focused is not None and types_text(self.focused)
            hint = typing and self.query_one(FeedbackPart).hint
            self.pane.say(self.console.keymap.say(HINT) if hint else "", Role.MUTED)
        self.show_answers()

    def show_answers(self) -> None:
        """Show the question of now with what is known of it."""
        state, plain = self.state, self.console.options.ascii_only
        question = state.question
        if question is None:
            return
        if state.beside is not None and state.first is not None:
            names = [side.choice.name for _, side in sorted(state.sides.items())]
            marks = [state.marks(side, ascii_only=plain) for side in (0, 1)]
            self.pane.show_two(question, names, state.judged, marks)
        elif (answer := question.told(0)) is not None:
            self.pane.show_one(question, answer, pictured=self._pictured, marks=state.marks(0, ascii_only=plain))
        if not state.asking:
            self.pane.scroll_home(animate=False)
        self.refresh_bindings()

    def _repaint(self) -> None:
        self.models.repaint()
        self.pane.repaint()
        self.show_answers()

    # -- parts

    def action_judge(self, verdict: str) -> None:
        """Accept or reject the answer."""
        self.query_one(FeedbackPart).judge(verdict)

    def action_correct(self) -> None:
        """Say what is right."""
        self.query_one(FeedbackPart).correct()

    def action_undo(self) -> None:
        """Take back what was said last."""
        self.query_one(FeedbackPart).undo()

    def action_other_side(self) -> None:
        """Judge the other of two answers."""
        self.state.judged = 1 - self.state.judged
        self.show_answers()

    def action_pick(self) -> None:
        """Choose a sample."""
        self.query_one(SamplesPart).pick()

    def action_batch(self) -> None:
        """Ask about every row of a file."""
        self.query_one(SamplesPart).ask_file()

    def action_leave(self) -> None:
        """Stop loading, or asking; else out of the field; else back to Monitor."""
        loading, asking = self.state.loading, self.state.asking
        if loading or asking:
            at = max(side for side, one in self.state.sides.items() if one in loading or side in asking)
            name = self.state.sides[at].choice.name
            self._take_away(at)
            self.pane.say(f"Stopped; {name} is not loaded.", Role.MUTED)
        elif not self.models.unfilter():
            in_field = self.focused is not None and types_text(self.focused)
            super().action_leave()
            if in_field:
                self.pane.unsay(self.console.keymap.say(HINT))
                self.models.focus_list()
