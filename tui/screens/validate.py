"""Validate samples: pick a trained model or two, write or pick a sample, see what they say, say what is right."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from engine.pictures.graphics import Graphics
from tui.actions import bindings_of
from tui.feed.model import Snapshot, Wanted
from tui.predictor import Row
from tui.screens.asking import TEXT, Asking, asking_for
from tui.screens.base import ConsoleScreen, Told, types_text
from tui.screens.field import Field
from tui.screens.model_list import ModelList
from tui.screens.validate_feedback import FeedbackPart
from tui.screens.validate_panes import AnswerPane
from tui.screens.validate_samples import SamplesPart
from tui.theme import Role, palette_of
from tui.validate.answers import SIDES
from tui.validate.asker import Asker
from tui.validate.asking_state import Side, State
from tui.validate.choices import Choice, in_order, runs_to_ask
from tui.validate.loading import loading_words
from tui.validate.warm import WarmModels

HINT = "Esc, then a: right, r: wrong, e: say what is right."


class ValidateScreen(ConsoleScreen):
    """Models at the left; fields and answers at the right."""

    MODE = "validate"
    CSS_PATH = ["form.tcss", "validate.tcss"]
    BINDINGS = bindings_of("validate")
    AUTO_FOCUS = "#models"

    class Versions(Message):
        """What the registry has."""

        def __init__(self, choices: tuple[Choice, ...]) -> None:
            super().__init__()
            self.choices = choices

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ValidateScreen.Versions)

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self._runs: tuple[Choice, ...] = ()
        self._versions: tuple[Choice, ...] | None = None
        """None until the registry was read: what is in use stands first, where the cursor begins."""
        self._listed = self._failed = self._pictured = False
        self._asking_for: Asking = TEXT
        self._example = -1
        self._filled: tuple[str, Row, str] | None = None
        """What stands in the field for a sample that was filled in, the sample, and its split."""

    def compose_body(self) -> ComposeResult:
        options = self.console.options
        if self.console.warm is None:
            self.console.warm = WarmModels()
        with Horizontal(id="form-body"):
            yield ModelList(ascii_only=options.ascii_only)
            with Vertical(id="try"):
                yield Field(id="first", placeholder="Write a text")
                second = Field(id="second", placeholder="Write another text")
                second.border_title = "Second text"
                yield second
                yield AnswerPane(options.graphics, ascii_only=options.ascii_only)
        yield Asker(options.workspace, self.console.warm, options.now)
        yield FeedbackPart(self.state)
        yield SamplesPart(self.state)

    def on_mount(self) -> None:
        self._fields_for("")
        self._tick = self.set_interval(1.0, self._say_loading, pause=True)
        self.console.snapshot_signal.subscribe(self, self.show_snapshot)
        self.show_snapshot(self.console.snapshot)

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        self.show_snapshot(self.console.snapshot)
        self._read_versions()
        self._take_wish()

    # -- the list of models

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Offer every run that ended with a model."""
        runs = runs_to_ask(self.console.options.workspace, snapshot.runs)
        if not snapshot.listed or (runs == self._runs and self._listed):
            return
        if self._listed:
            self._read_versions()
        self._runs, self._listed = runs, True
        self._offer()
        self._take_wish()

    def _read_versions(self) -> None:
        from tui.validate.versions import versions_to_ask

        workspace = self.console.options.workspace

        def work() -> Message:
            try:
                return self.Versions(versions_to_ask(workspace))
            except OSError as problem:
                self.post_message(Told(str(problem), failed=True))
                return self.Versions(())  # the runs are offered all the same

        self.in_thread(work, group="versions")

    def on_validate_screen_versions(self, message: Versions) -> None:
        if message.choices != self._versions:
            self._versions = message.choices
            self._offer()
            self._take_wish()

    def _offer(self) -> None:
        if self._versions is None:
            return
        every = in_order(self._versions, self._runs)
        marks = {
            side.choice.name: SIDES[at] for at, side in self.state.sides.items() if self.state.beside is not None
        }
        self.models.show(every, marks)
        if not every and self._listed:
            self.pane.say("No run has a trained model yet. Press 2 to start one, 3 to watch it.", Role.MUTED)
        elif self.state.first is None and every and not self._failed:
            self.pane.say("Choose a model with the arrow keys and press Enter.", Role.MUTED)
            if self.focused is None:
                self.models.focus_list()

    def _take_wish(self) -> None:
        """Load the model that Monitor asked for."""
        run = next((run for run in self._runs if run.name == self.console.try_run), None)
        if run is not None and self._versions is not None:
            self.console.try_run = None
            self.models.point_at(run)
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
    def pane(self) -> AnswerPane:
        """Where answers stand."""
        return self.query_one(AnswerPane)

    def _load(self, at: int, choice: Choice) -> None:
        """Warm a model up as A or B; what was A or B before ends, unless it is the other one."""
        sides = self.state.sides
        first = sides.get(0)
        if at == 0 and first is not None and first.choice == choice and first.ready is not None:
            self.query_one("#first", Input).focus()
            return
        if at == 0:
            sides.clear()
            self._example, self._filled = -1, None
            self._fields_for(choice.task)
            self.query_one("#first", Input).focus()
        self.state.question, self.state.judged, self._failed = None, 0, False
        self.pane.clear()
        sides[at] = Side(choice, self.console.options.now())
        self._offer()
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
            self.pane.say("Choose another model in the list, then b asks it beside this one.", Role.WARNING)
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
        self._offer()
        self.refresh_bindings()

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
            self._fields_for(event.ready.task)
            names = " and ".join(side.choice.short for side in self.state.sides.values())
            both = f"{names} on {event.ready.device}" if self.state.beside else f"on {event.ready.device}"
            picks = "Ctrl+N or p for a sample" if event.ready.examples else "p for a sample"
            self.pane.say(f"Ready {both}. Write and press Enter, or {picks}.", Role.MUTED)
        self._offer()
        self.refresh_bindings()

    def _fields_for(self, task: str) -> None:
        self._asking_for = asking_for(task)
        first, second = (self.query_one(f"#{name}", Input) for name in ("first", "second"))
        second.display = bool(self._asking_for.second)
        first.border_title, first.placeholder = self._asking_for.first, self._asking_for.placeholder

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

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        second = self.query_one("#second", Input)
        if event.input.id == "first" and second.display and not second.value.strip():
            second.focus()
        else:
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
        first, second = self._asking_for.written(sample, name)
        self._filled = (f"{first}\n{second}", sample, split)
        for field, value in (("#first", first), ("#second", second)):
            written = self.query_one(field, Input)
            written.value = value
            written.cursor_position = 0  # the beginning tells a long text
        self.action_submit()

    def action_submit(self) -> None:
        """Ask the model, or both."""
        if not self.state.ready or self.state.asking:
            return
        first, second = (self.query_one(f"#{name}", Input).value.strip() for name in ("first", "second"))
        asked, split = self._asking_for, ""
        sample = asked.sample(first, second)
        if sample is None:
            self.pane.say(asked.missing, Role.WARNING)
            return
        if self._filled is not None and self._filled[0].split("\n") == [first, second]:
            _, sample, split = self._filled
        from tui.widgets.picture import can_show

        options = self.console.options
        shows = options.graphics is not Graphics.NONE
        with_picture = asked.image and shows and can_show(palette_of(self.app), ascii_only=options.ascii_only)
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
                again = "b" if event.side else "Enter"
                self.pane.say(f"{event.answer.problem}\n{again} on {name} loads it again.", Role.ERROR)
                self._offer()
        elif event.side == 0:
            self._pictured = event.picture is not None
            self.pane.show_picture(event.picture, event.answer)
            typing = self.focused is not None and types_text(self.focused)
            hint = typing and self.query_one(FeedbackPart).hint
            self.pane.say(HINT if hint else "", Role.MUTED)
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

    # -- parts

    async def action_judge(self, verdict: str) -> None:
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
                self.models.focus_list()
