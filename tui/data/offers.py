"""What the forms of Data offer: profiles, their models, and the settings of a recipe. Slow: call in threads."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from engine.errors import FinetopError

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from engine.profiles import Profile, ResolvedModel

FULL = "full"
RECIPE = "data.recipe"
_OPTION = re.compile(r"--set \S+=.*?: (?=data\.)")


@dataclass(frozen=True)
class ModelOffer:
    """A model of a profile."""

    name: str
    task: str
    has_recipe: bool


@dataclass(frozen=True)
class ProfileOffer:
    """A profile; one that cannot be used says why."""

    name: str
    path: Path
    models: tuple[ModelOffer, ...] = ()
    presets: tuple[str, ...] = (FULL,)
    problem: str = ""

    def model(self, name: str) -> ModelOffer | None:
        """The model of that name."""
        return next((model for model in self.models if model.name == name), None)


@dataclass(frozen=True)
class Setting:
    """One value of a recipe that can be written in a line."""

    name: str
    """Below the recipe: `noise.sensor`."""
    value: str
    origin: str
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A recipe as it would be used, or the sentence that says what is wrong."""

    settings: tuple[Setting, ...] = ()
    seed: int | None = None
    problem: str = ""


def read_offers() -> tuple[ProfileOffer, ...]:
    """Every profile that can be called by name."""
    from engine.profiles import list_profiles, load_profile

    offers = []
    for path in list_profiles():
        try:
            profile = load_profile(path)
        except FinetopError as problem:
            offers.append(ProfileOffer(path.stem, path, problem=str(problem)))
            continue
        models = tuple(_model(profile, name) for name in profile.models)
        presets = (FULL, *(name for name in profile.presets if name != FULL))
        offers.append(ProfileOffer(profile.name, path, models, presets))
    return tuple(offers)


class Recipes:
    """Checks recipes as they are typed; a profile is read once."""

    def __init__(self) -> None:
        self._profiles: dict[Path, Profile] = {}
        self._lock = threading.Lock()

    def check(self, path: Path, model: str, preset: str, overrides: Sequence[str]) -> Checked:
        """The recipe of a model with what was typed."""
        from engine.profiles import load_profile, resolve

        try:
            with self._lock:
                profile = self._profiles.get(path)
                if profile is None:
                    profile = self._profiles[path] = load_profile(path)
            resolved = resolve(profile, model, preset=preset, overrides=overrides)
        except FinetopError as problem:
            return Checked(problem=in_the_form(str(problem)))
        if resolved.recipe is None:
            return Checked(problem=f"{profile.name}/{model} has no data recipe: import files for it.")
        return Checked(settings_of(resolved), resolved.data_seed)


def in_the_form(problem: str) -> str:
    """A problem with what was typed, without the option that a command would have had it from."""
    return _OPTION.sub("", problem).replace(f"{RECIPE}.", "")


def settings_of(resolved: ResolvedModel) -> tuple[Setting, ...]:
    """The values of a recipe that can be written in a line: sizes, shares, choices; not its vocabulary."""
    return () if resolved.recipe is None else tuple(_settings(resolved.recipe, "", resolved.origins))


def written(value: Any) -> str:
    """A value as it is typed: as YAML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(written, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _model(profile: Profile, name: str) -> ModelOffer:
    from engine.profiles import resolve

    try:
        has_recipe = resolve(profile, name).recipe is not None
    except FinetopError:
        has_recipe = False
    return ModelOffer(name, profile.models[name].task, has_recipe)


def _settings(part: BaseModel, prefix: str, origins: Mapping[str, str]) -> Iterator[Setting]:
    from pydantic import BaseModel as Model

    for name, field in type(part).model_fields.items():
        value, full = getattr(part, name), f"{prefix}{name}"
        if isinstance(value, Model):
            if not _is_vocabulary(value):
                yield from _settings(value, f"{full}.", origins)
        elif _is_plain(value):
            choices = _choices(field, value)
            origin = _short(origins.get(f"{RECIPE}.{full}", "default"))
            yield Setting(full, written(value), origin, _help(field), choices)


def _is_vocabulary(value: BaseModel) -> bool:
    """Whether a part holds phrases, which a profile says and no form."""
    return not any(_is_plain(getattr(value, name)) for name in type(value).model_fields)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return 0 < len(value) <= 12 and all(isinstance(one, int | float | str) for one in value)
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= 60)


def _choices(field: FieldInfo, value: Any) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("true", "false")
    if get_origin(field.annotation) is Literal:
        return tuple(map(written, get_args(field.annotation)))
    return ()


def _help(field: FieldInfo) -> str:
    bounds = {
        name: getattr(one, name) for one in field.metadata for name in ("ge", "gt", "le", "lt") if hasattr(one, name)
    }
    said = [f"{word} {bounds[name]:,}" for name, word in (("ge", "at least"), ("gt", "more than")) if name in bounds]
    said += [f"{word} {bounds[name]:,}" for name, word in (("le", "at most"), ("lt", "less than")) if name in bounds]
    text = (field.description or "").strip()
    return f"{text} {', '.join(said).capitalize()}." if said else text


def _short(origin: str) -> str:
    """`profile utility.yaml:37` says no more than `profile` here."""
    return "yours" if origin.startswith("--set") else origin.split(" ")[0]
