"""Validate samples: pick a trained model, write text or name an image, see what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from engine.pictures.graphics import Graphics
from tui.actions import bindings_of
from tui.feed.model import RunInfo, Snapshot, Wanted
from tui.predictor import Predictor, Ready, Row
from tui.screens.asking import TEXT, Asking, asking_for
from tui.screens.base import ConsoleScreen
from tui.screens.curves import short_name
from tui.screens.field import Field
from tui.screens.rows import LIVE
from tui.screens.samples import labels_of, prediction_text
from tui.theme import Role, palette_of
from tui.widgets.chart.axes import reading

if TYPE_CHECKING:
    from tui.screens.pictured import Pictured

MOST_ANSWERS = 20


class ValidateScreen(ConsoleScreen):
    """Models at the left; fields and answers at the right."""

    MODE = "validate"
    CSS_PATH = ["form.tcss", "validate.tcss"]
    BINDINGS = bindings_of("validate")

    class Loaded(Message):
        """The model is warm, or the sentence that says why not."""

        def __init__(self, run_id: str, ready: Ready | None, problem: str = "") -> None:
            super().__init__()
            self.run_id, self.ready, self.problem = run_id, ready, problem

    class Answered(Message):
        """The model has answered, or the sentence that says why not."""

        def __init__(
            self, run_id: str, sample: Row, prediction: Row, problem: str = "", picture: Pictured | None = None
        ) -> None:
            super().__init__()
            self.run_id, self.sample, self.prediction, self.problem = run_id, sample, prediction, problem
            self.picture = picture

    def __init__(self) -> None:
        super().__init__()
        self._models: tuple[RunInfo, ...] = ()
        self._loaded: RunInfo | None = None
        """The run whose model was asked for last."""
        self._ready: Ready | None = None
        self._asking = False
        self._asking_for: Asking = TEXT
        self._example = -1
        self._filled: tuple[str, Row] | None = None
        """The example that was filled in, and what stands in the field for it."""
        self._answers: list[Text] = []
        self._labels: list[str] = []

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="form-body"):
            with Vertical(id="choice"):
                models = OptionList(id="models")
                models.border_title = "Trained models"
                yield models
            with Vertical(id="try"):
                first = Field(id="first", placeholder="Write a text")
                first.border_title = "Text"
                second = Field(id="second", placeholder="Write another text")
                second.border_title = "Second text"
                yield first
                yield second
                with VerticalScroll(id="result") as result:
                    result.border_title = "Answers"
                    yield Vertical(id="picture-place")
                    yield Static(id="answers")

    def on_mount(self) -> None:
        self._fields_for("")
        self.console.snapshot_signal.subscribe(self, self.show_snapshot)
        self.show_snapshot(self.console.snapshot)

    def on_screen_resume(self) -> None:
        self.console.want(Wanted())
        self.show_snapshot(self.console.snapshot)
        self._take_wish()

    # -- the list of models

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Offer every run that ended with a model."""
        models = tuple(run for run in snapshot.runs if run.has_model and run.view and run.view.state not in LIVE)
        if not snapshot.listed or (models == self._models and models):
            return
        before = self._highlighted()
        self._models = models
        listing = self.query_one("#models", OptionList)
        listing.clear_options()
        listing.add_options(Option(model_prompt(run), id=run.id) for run in models)
        ids = [run.id for run in models]
        if before is not None and before.id in ids:
            listing.highlighted = ids.index(before.id)
        if not models:
            self._say("No run has a trained model yet. Press 2 to start one, 3 to watch it.", Role.MUTED)
        elif self._loaded is None:
            self._say("Choose a model with the arrow keys and press Enter.", Role.MUTED)
            if self.focused is None:
                listing.focus()
        self._take_wish()

    def _take_wish(self) -> None:
        """Load the model that Monitor asked for."""
        run = next((run for run in self._models if run.id == self.console.try_run), None)
        if run is not None:
            self.console.try_run = None
            self.query_one("#models", OptionList).highlighted = self._models.index(run)
            self._load(run)

    def _highlighted(self) -> RunInfo | None:
        place = self.query_one("#models", OptionList).highlighted
        return self._models[place] if place is not None and place < len(self._models) else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._load(self._models[event.option_index])

    # -- the model

    def _load(self, run: RunInfo) -> None:
        """Start the process that holds the model; the one before is ended."""
        if self._loaded is not None and run.id == self._loaded.id and self._ready is not None:
            self.query_one("#first", Input).focus()
            return
        self._loaded, self._ready, self._asking, self._example = run, None, False, -1
        self._answers, self._labels, self._filled = [], [], None
        self.query_one("#picture-place").remove_children()
        self._fields_for(run.view.task if run.view else "")
        self._say(f"Loading the model of {run.id}: it takes some seconds the first time.", Role.MUTED)
        self.query_one("#first", Input).focus()
        self.refresh_bindings()
        console, path = self.console, self.console.options.workspace.runs / run.id

        def work() -> Message:
            try:
                if console.predictor is not None:
                    console.predictor.close()
                console.predictor = Predictor(path)
                return self.Loaded(run.id, console.predictor.ready())
            except Exception as problem:
                return self.Loaded(run.id, None, str(problem) or type(problem).__name__)

        self.in_thread(work, group="model", exclusive=False)

    def on_validate_screen_loaded(self, event: Loaded) -> None:
        if self._loaded is None or event.run_id != self._loaded.id:
            return
        if event.ready is None:
            self._loaded = None
            self._say(event.problem, Role.ERROR)
            return
        self._ready = event.ready
        self._fields_for(event.ready.task)
        self._say(f"Ready on {event.ready.device}. Write and press Enter, or Ctrl+N for an example.", Role.MUTED)
        self.refresh_bindings()

    def _fields_for(self, task: str) -> None:
        self._asking_for = asking_for(task)
        first, second = (self.query_one(f"#{name}", Input) for name in ("first", "second"))
        second.display = bool(self._asking_for.second)
        first.border_title, first.placeholder = self._asking_for.first, self._asking_for.placeholder

    # -- questions and answers

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "submit":
            return self._ready is not None and not self._asking
        if action == "next_example":
            return self._ready is not None and bool(self._ready.examples)
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
        if self._ready is None or not self._ready.examples:
            return
        self._example = (self._example + 1) % len(self._ready.examples)
        sample = self._ready.examples[self._example]
        first, second = self._asking_for.written(sample, f"(example {self._example + 1})")
        self._filled = (first, sample)
        self.query_one("#first", Input).value, self.query_one("#second", Input).value = first, second
        self.action_submit()

    def action_submit(self) -> None:
        """Ask the model."""
        run, predictor = self._loaded, self.console.predictor
        if run is None or self._ready is None or predictor is None or self._asking:
            return
        first, second = (self.query_one(f"#{name}", Input).value.strip() for name in ("first", "second"))
        asked = self._asking_for
        sample = asked.sample(first, second)
        if sample is None:
            self._say(asked.missing, Role.WARNING)
            return
        if asked.image and self._filled is not None and self._filled[0] == first:
            sample = self._filled[1]
        from tui.screens.pictured import dataset_of, pictured
        from tui.widgets.picture import can_show

        self._asking = True
        options = self.console.options
        shows = options.graphics is not Graphics.NONE
        with_picture = asked.image and shows and can_show(palette_of(self.app), ascii_only=options.ascii_only)

        def work() -> Message:
            try:
                prediction = predictor.answer([sample])[0]
                references = dataset_of(predictor.run, options.workspace) if "neighbours" in prediction else None
                picture = pictured(sample, prediction, references) if with_picture else None
                return self.Answered(run.id, sample, prediction, picture=picture)
            except Exception as problem:
                return self.Answered(run.id, sample, {}, str(problem) or type(problem).__name__)

        self.in_thread(work, group="ask", exclusive=False)

    def on_validate_screen_answered(self, event: Answered) -> None:
        if self._loaded is None or event.run_id != self._loaded.id:
            return
        self._asking = False
        self.refresh_bindings()
        if event.problem:
            self._say(event.problem, Role.ERROR)
            return
        self._labels = sorted({*self._labels, *labels_of([event.prediction])})
        self._answers.insert(0, self._answer_text(event.sample, event.prediction, event.picture is not None))
        del self._answers[MOST_ANSWERS:]
        place, palette = self.query_one("#picture-place"), palette_of(self.app)
        if event.picture is None:
            place.remove_children()
        else:
            from tui.screens.pictured import show_in

            show_in(place, event.picture, event.prediction, self._labels, palette, self.console.options.graphics)
        self.query_one("#answers", Static).update(Text("\n\n").join(self._answers))
        self.query_one("#result").scroll_home(animate=False)

    def _answer_text(self, sample: Row, prediction: Row, has_picture: bool) -> Text:
        palette, ascii_only = palette_of(self.app), self.console.options.ascii_only
        shown = Text()
        if "a" in sample:
            shown.append(f"{sample['a']}\n{sample['b']}\n")
        said = prediction_text(sample, prediction, palette, self._labels, pictured=has_picture, ascii_only=ascii_only)
        return shown.append_text(said)

    def _say(self, text: str, role: Role) -> None:
        said = Text(text, palette_of(self.app).style(role, Style.null()))
        parts: Sequence[Text] = [said, *self._answers]
        self.query_one("#answers", Static).update(Text("\n\n").join(parts))


def model_prompt(run: RunInfo) -> Text:
    """Model, the end of its run's id, and how good it is."""
    text = Text()
    text.append(short_name(run), "bold")
    if run.view is not None and run.view.score is not None:
        text.append(f"  {run.view.headline} {reading(run.view.score)}")
    if run.view is not None:
        text.append(f"\n{run.view.profile} · {run.view.task}", "dim")
    return text
