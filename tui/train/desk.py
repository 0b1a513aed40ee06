"""What Train reads: profiles, settings, plans. Everything here blocks; call it in a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FinetopError
from engine.workspace import Workspace
from tui.train.draft import Draft
from tui.train.recipe_beside import try_recipe

if TYPE_CHECKING:
    from engine.plan import Plan
    from engine.profiles import Profile
    from engine.profiles.setting import SettingsSheet


@dataclass(frozen=True)
class ModelSeen:
    """A model of a profile."""

    name: str
    task: str
    description: str = ""


@dataclass(frozen=True)
class ProfileSeen:
    """A profile that can be called by name; one that cannot be used says why."""

    name: str
    path: str
    title: str = ""
    models: tuple[ModelSeen, ...] = ()
    presets: tuple[tuple[str, str], ...] = ()
    """Name and description; `full` first."""
    problems: tuple[str, ...] = ()
    """Each with file, line and field."""

    @property
    def command_name(self) -> str:
        """What a command calls it: profiles are found by the names of their files."""
        return Path(self.path).stem


@dataclass(frozen=True)
class DatasetSeen:
    """A dataset that a model can be trained on."""

    id: str
    source: str
    created: float
    counts: tuple[tuple[str, int], ...]
    of: str
    """Profile and model that it was made for."""


@dataclass(frozen=True)
class DeviceSeen:
    """A device of this machine."""

    name: str
    title: str
    memory_mib: int


class Desk:
    """Keeps what was read of a profile as long as its file stays the same."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._profiles: dict[str, tuple[tuple[int, int], Profile]] = {}
        self._planning = threading.Lock()

    def profiles(self) -> tuple[ProfileSeen, ...]:
        """Every profile, by name."""
        from engine.profiles import list_profiles

        return tuple(self._seen(path) for path in list_profiles())

    def path_of(self, name: str) -> str:
        """The file of the profile with this name; the name itself where there is none."""
        return next((one.path for one in self.profiles() if one.name == name), name)

    def devices(self) -> tuple[DeviceSeen, ...]:
        """What a training can ask for, `auto` aside."""
        from engine.devices import list_devices

        return tuple(DeviceSeen(one.name, one.title, one.memory_mib) for one in list_devices())

    def datasets(self, draft: Draft, model: str) -> tuple[DatasetSeen, ...]:
        """Those of the model's task, newest first; its own before those of others."""
        from engine.datasets.store import list_datasets

        profile = self._profile(draft.profile)
        task, own = profile.models[model].task, f"{profile.name}/{model}"
        found = [dataset.manifest for dataset in list_datasets(self._workspace) if dataset.manifest.task == task]
        seen = [
            DatasetSeen(one.id, one.source, one.created, tuple(one.counts.items()), f"{one.profile}/{one.model}")
            for one in found
        ]
        return tuple(sorted(seen, key=lambda one: (one.of != own, -one.created)))

    def settings(self, draft: Draft) -> SettingsSheet:
        """Every setting of the chosen models."""
        from engine.profiles.setting import settings_of

        profile = self._profile(draft.profile)
        return settings_of(profile, draft.models, preset=draft.preset, overrides=draft.changes)

    def problem_with(self, draft: Draft, model: str, change: str) -> str:
        """What is wrong with a change that stands in the draft; empty where nothing is."""
        from engine.profiles.setting import settings_of

        profile = self._profile(draft.profile)
        sheet = settings_of(profile, [model], preset=draft.preset, overrides=draft.changes)
        return next((one.problem for one in sheet.refused if one.text == change), "")

    def plans(self, draft: Draft, is_wanted: Callable[[], bool]) -> Iterator[Plan]:
        """The plan of each model as soon as it is made; those whose recipe must be tried come a second time, with
        what it makes. Ends early when nobody wants them any more."""
        from engine.plan import plan, tried
        from engine.profiles import resolve_models
        from engine.starting import choose_dataset, with_base_run

        place = self._workspace
        # One at a time: a recipe that is tried twice at once takes twice as long.
        with self._planning:
            if not is_wanted():
                return
            profile = self._profile(draft.profile)
            untried = []
            for model in resolve_models(profile, draft.models, preset=draft.preset, overrides=draft.changes):
                if not is_wanted():
                    return
                dataset = choose_dataset(place, model, draft.dataset(model.model) or None)
                based = with_base_run(place, model)
                yield plan(place, based, dataset, draft.device, try_recipe=False)
                if dataset is None and model.recipe is not None and tried.find(model) is None:
                    untried.append((model, based))
            for model, based in untried:
                counts = try_recipe(draft, model.model, place, is_wanted)
                if counts is None:
                    return
                tried.remember(model, counts)
                yield plan(place, based, None, draft.device, try_recipe=False)

    def slots(self, device: str) -> int:
        """How many runs this machine can train at once with such a wish; 0 where it has no such device."""
        from engine.errors import InputError
        from engine.runs.leases import slots_for

        try:
            return len(slots_for(device))
        except InputError:
            return 0

    def _seen(self, path: Path) -> ProfileSeen:
        try:
            profile = self._profile(str(path))
        except FinetopError as problem:
            problems = [str(one) for one in getattr(problem, "problems", ())] or [str(problem)]
            return ProfileSeen(path.stem, str(path), problems=tuple(problems))
        models = tuple(ModelSeen(name, model.task, model.description) for name, model in profile.models.items())
        presets = [("full", "The profile as it stands.")]
        presets += [(name, preset.description) for name, preset in profile.presets.items()]
        return ProfileSeen(profile.name, str(path), profile.title, models, tuple(presets))

    def _profile(self, path: str) -> Profile:
        from engine.profiles import load_profile

        try:
            facts = Path(path).stat()
        except OSError:
            self._profiles.pop(path, None)
            return load_profile(path)  # says that it is gone
        state = (facts.st_mtime_ns, facts.st_size)
        kept = self._profiles.get(path)
        if kept is None or kept[0] != state:
            kept = self._profiles[path] = (state, load_profile(path))
        return kept[1]


def matching(words: str, texts: Sequence[str]) -> list[int]:
    """Places of the texts that hold every word."""
    wanted = words.lower().split()
    return [place for place, text in enumerate(texts) if all(word in text.lower() for word in wanted)]
