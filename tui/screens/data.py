"""Generate data: choose profile, models, preset and seed; look at counts and examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Static

from tui.actions import bindings_of
from tui.screens.base import ConsoleScreen
from tui.screens.field import Field
from tui.screens.form import ProfileForm, ProfilesRead, read_profiles
from tui.screens.samples import labels_of, sample_text
from tui.theme import Palette, Role, palette_of

if TYPE_CHECKING:
    from engine.datasets.store import Dataset

EXAMPLES = 10


@dataclass(frozen=True)
class Made:
    """A dataset, as far as it is shown."""

    id: str
    counts: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int]]
    examples: tuple[dict[str, Any], ...]


class DataScreen(ConsoleScreen):
    """The form and, beside it, the datasets that were made."""

    MODE = "data"
    CSS_PATH = "form.tcss"
    BINDINGS = bindings_of("data")

    class Generated(Message):
        """The datasets are there, or the sentence that says why not."""

        def __init__(self, made: Sequence[Made], problem: str = "") -> None:
            super().__init__()
            self.made, self.problem = tuple(made), problem

    def __init__(self) -> None:
        super().__init__()
        self._working = False

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="form-body"):
            with VerticalScroll(id="choice", can_focus=False):
                yield ProfileForm()
                seed = Field(placeholder="the profile's own", type="integer", id="seed")
                seed.border_title = "Seed"
                yield seed
            with VerticalScroll(id="result") as result:
                result.border_title = "Data"
                yield Static("Reading the profiles …", id="data")

    def on_mount(self) -> None:
        self.in_thread(read_profiles, group="profiles")

    def on_profiles_read(self, event: ProfilesRead) -> None:
        self.query_one(ProfileForm).show(event.profiles)
        if not event.profiles:
            self._say("There is no profile: write one to profiles/NAME.yaml.", Role.MUTED)

    def on_profile_form_changed(self, event: ProfileForm.Changed) -> None:
        event.stop()
        self.refresh_bindings()
        profile = event.choice.profile
        if self._working or profile is None:
            return
        if profile.problem:
            self._say(profile.problem, Role.ERROR)
        elif not event.choice.models:
            self._say("Choose at least one model: space ticks it.", Role.MUTED)
        else:
            self._say("Ctrl+G makes the data of the chosen models. What is there is not made again.", Role.MUTED)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_submit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "submit":
            return not self._working and self.is_mounted and self.query_one(ProfileForm).choice.complete
        return True

    def action_submit(self) -> None:
        """Make the datasets, or find those that are there."""
        choice, written = self.query_one(ProfileForm).choice, self.query_one("#seed", Input).value.strip()
        if self._working or not choice.complete or choice.profile is None:
            return
        if written and not written.isdigit():
            self._say(f"{written!r} is not a seed: write a whole number from 0 on, or nothing.", Role.ERROR)
            return
        self._working = True
        self.query_one("#result").border_title = "Generating …"
        self.refresh_bindings()
        path, workspace = str(choice.profile.path), self.console.options.workspace

        def work() -> Message:
            from engine.api import generate

            try:
                made = generate(
                    path,
                    choice.models,
                    preset=choice.preset,
                    seed=int(written) if written else None,
                    workspace=workspace,
                )
                return self.Generated([seen(dataset) for dataset in made])
            except Exception as problem:
                return self.Generated([], str(problem) or type(problem).__name__)

        self.in_thread(work, group="generate", exclusive=False)

    def on_data_screen_generated(self, event: Generated) -> None:
        self._working = False
        self.query_one("#result").border_title = "Data"
        if event.problem:
            self._say(event.problem, Role.ERROR)
        else:
            ascii_only = self.console.options.ascii_only
            text = Text("\n\n").join(made_text(made, palette_of(self.app), ascii_only) for made in event.made)
            self.query_one("#data", Static).update(text)
            self.query_one("#result").scroll_home(animate=False)
        self.refresh_bindings()

    def _say(self, text: str, role: Role) -> None:
        self.query_one("#data", Static).update(Text(text, palette_of(self.app).style(role, Style.null())))


def seen(dataset: Dataset) -> Made:
    """The counts and the first examples of a dataset."""
    manifest = dataset.manifest
    split = "train" if "train" in dataset.splits else dataset.splits[0]
    examples = []
    for row in dataset.iterate(split):
        examples.append(row)
        if len(examples) == EXAMPLES:
            break
    return Made(dataset.id, manifest.counts, manifest.classes, tuple(examples))


def made_text(made: Made, palette: Palette, ascii_only: bool = False) -> Text:
    """A dataset for people: what it holds, and examples."""

    def style(role: Role) -> Style:
        return palette.style(role, Style.null())

    text = Text()
    text.append(f"{made.id}\n\n", style(Role.TITLE))
    # Classes down and splits across: there may be many classes, and there are never many splits.
    classes = sorted({name for counts in made.classes.values() for name in counts})
    splits = list(made.counts)
    first = max(len(name) for name in ("examples", *classes))
    text.append(" " * first + "".join(f"{split:>{_wide(split)}}" for split in splits) + "\n", style(Role.MUTED))
    for name in ("examples", *classes):
        counts = [
            made.counts[split] if name == "examples" else made.classes.get(split, {}).get(name) for split in splits
        ]
        text.append(f"{name:<{first}}", style(Role.MUTED))
        text.append(
            "".join(f"{_count(count):>{_wide(split)}}" for split, count in zip(splits, counts, strict=True)) + "\n"
        )
    text.append("\nExamples\n", style(Role.TITLE))
    labels = labels_of(made.examples) or classes
    for place, row in enumerate(made.examples):
        text.append("\n" if place else "")
        text.append_text(sample_text(row, palette, labels, ascii_only=ascii_only))
        text.append("\n")
    return text


def _wide(split: str) -> int:
    return max(8, len(split) + 2)


def _count(count: int | None) -> str:
    return "–" if count is None else f"{count}"
