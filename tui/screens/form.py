"""The choice of profile, models and preset that Generate and Start share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.errors import FinetopError
from tui.screens.ticks import TickList


@dataclass(frozen=True)
class ModelChoice:
    """A model of a profile, for a list."""

    name: str
    task: str
    description: str


@dataclass(frozen=True)
class ProfileChoice:
    """A profile, for a list; one that cannot be used says why."""

    name: str
    path: Path
    title: str = ""
    models: tuple[ModelChoice, ...] = ()
    presets: tuple[tuple[str, str], ...] = ()
    """Name and description; `full` first."""
    problem: str = ""


@dataclass(frozen=True)
class Choice:
    """What the operator has chosen so far."""

    profile: ProfileChoice | None = None
    models: tuple[str, ...] = ()
    preset: str = "full"

    @property
    def complete(self) -> bool:
        """Whether there is something to do."""
        return self.profile is not None and not self.profile.problem and bool(self.models)


class ProfilesRead(Message):
    """The profiles were read."""

    def __init__(self, profiles: Sequence[ProfileChoice]) -> None:
        super().__init__()
        self.profiles = tuple(profiles)


def read_profiles() -> ProfilesRead:
    """Every profile that can be called by name. Slow (it imports the schema): call it in a thread."""
    from engine.profiles import list_profiles, load_profile

    choices = []
    for path in list_profiles():
        try:
            profile = load_profile(path)
        except FinetopError as problem:
            choices.append(ProfileChoice(path.stem, path, problem=str(problem)))
            continue
        models = tuple(ModelChoice(name, model.task, model.description) for name, model in profile.models.items())
        presets = [("full", "The profile as it stands.")]
        presets += [(name, preset.description) for name, preset in profile.presets.items()]
        choices.append(ProfileChoice(profile.name, path, profile.title, models, tuple(presets)))
    return ProfilesRead(choices)


class ProfileForm(Vertical):
    """Three lists: profile, models, preset."""

    class Changed(Message):
        """Something else is chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__()
        self._profiles: tuple[ProfileChoice, ...] = ()
        self.choice = Choice()

    def compose(self) -> ComposeResult:
        profiles = OptionList(id="profiles")
        profiles.border_title = "Profile"
        models = TickList(id="models")
        models.border_title = "Models"
        presets = OptionList(id="presets")
        presets.border_title = "Preset"
        yield from (profiles, models, presets)

    def show(self, profiles: Sequence[ProfileChoice]) -> None:
        """Offer these profiles; the first that can be used is chosen."""
        self._profiles = tuple(profiles)
        listing = self.query_one("#profiles", OptionList)
        listing.clear_options()
        listing.add_options(Option(_profile_prompt(profile)) for profile in profiles)
        usable = [place for place, profile in enumerate(profiles) if not profile.problem]
        listing.highlighted = next(iter(usable), 0 if profiles else None)
        listing.focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.id == "models":
            return
        if event.option_list.id == "profiles":
            self._choose_profile(self._profiles[event.option_index])
        elif self.choice.profile is not None and event.option_index < len(self.choice.profile.presets):
            self._change(self.choice.profile, self.choice.models, self.choice.profile.presets[event.option_index][0])

    def on_tick_list_ticked(self, event: TickList.Ticked) -> None:
        event.stop()
        if self.choice.profile is not None:
            self._change(self.choice.profile, event.names, self.choice.preset)

    def _choose_profile(self, profile: ProfileChoice) -> None:
        if profile == self.choice.profile:
            return
        names = tuple(model.name for model in profile.models)
        preset = self.choice.preset if self.choice.preset in dict(profile.presets) else "full"
        # Before the lists change: what they then say of themselves must be about this profile.
        self.choice = Choice(profile, names, preset)
        self.query_one(TickList).offer([(model.name, model.task) for model in profile.models])
        presets = self.query_one("#presets", OptionList)
        presets.clear_options()
        presets.add_options(Option(name, id=f"preset-{name}") for name, _ in profile.presets)
        presets.highlighted = next((place for place, entry in enumerate(profile.presets) if entry[0] == preset), None)
        self.post_message(self.Changed(self.choice))

    def _change(self, profile: ProfileChoice, models: tuple[str, ...], preset: str) -> None:
        choice = Choice(profile, models, preset)
        if choice != self.choice:
            self.choice = choice
            self.post_message(self.Changed(choice))


def _profile_prompt(profile: ProfileChoice) -> Text:
    text = Text()
    text.append(profile.name, "bold")
    text.append(f"  {'✗ cannot be used' if profile.problem else profile.title}", "dim")
    return text
