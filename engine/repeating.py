"""What to ask for to get a run's settings again, from the profile as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from engine.errors import FinetopError, NotFoundError
from engine.profiles import ResolvedModel, find_profile, load_profile, resolve_models
from engine.profiles.schema import FULL
from engine.profiles.setting import Path, key_of, origin_at, target_value, values_in
from engine.profiles.settings import SET
from engine.profiles.writing import set_value
from engine.runs.spec import RunSpec
from engine.workspace import Workspace


@dataclass(frozen=True)
class Repeat:
    """The arguments of `engine train` that ask for the settings of a run, and what is not as it was."""

    run: str
    profile: str
    """Path of the profile."""
    model: str
    preset: str
    overrides: tuple[str, ...]
    """`MODEL.KEY=VALUE` for each value that differs from what profile and preset say now."""
    dataset: str
    """Id of its dataset; empty where it is gone or the task needs none."""
    device: str
    notes: tuple[str, ...] = ()
    """Sentences for people."""


def repeat(place: Workspace, spec: RunSpec, profile_path: str | None = None) -> Repeat:
    """How to train with the settings of a run again; `profile_path` where the profile is not found by its name.
    Raises ProfileError, InputError where profile or model is gone, saying so."""
    path = find_profile(profile_path or spec.profile)
    profile = load_profile(path)
    notes = []
    preset = spec.preset
    if preset not in profile.preset_names:
        notes.append(f"The profile has no preset {preset} any more; its values are set one by one.")
        preset = FULL
    (model,) = resolve_models(profile, [spec.model], preset=preset)
    schema = type(model.config)
    now = _values(model.config.model_dump(mode="json", by_alias=True), schema, model)
    then = _values(spec.config, schema, spec)
    gone = [name for name in spec.config if name not in {path[1] for path in now if path[0] == "config"}]
    # What the run could not know yet has its default now.
    known = [path for path in then if path[0] != "config" or path[1] in spec.config]
    different = [path for path in known if now.get(path) != then[path]]
    if gone:
        notes.append(f"The task has no {_named(gone)} any more; left out.")
    changed = [key_of(path) for path in different if origin_at(spec.origins, path) != SET]
    if changed:
        notes.append(f"The profile has changed since: {_named(changed)} set as in the run.")
    if spec.continues is not None:
        notes.append("The run was a training on feedback; a new one starts from its base and its data.")
    dataset = _there(place, spec.dataset)
    if spec.dataset and not dataset:
        notes.append(f"Its dataset {spec.dataset} is gone.")
    overrides = [f"{spec.model}.{key_of(path)}={set_value(then[path])}" for path in different]
    dropped = [path for path in now if path[0] == "targets" and path not in then]
    overrides += [f"{spec.model}.{key_of(path)}=null" for path in dropped]
    return Repeat(spec.id, str(path), spec.model, preset, tuple(overrides), dataset, spec.device, tuple(notes))


def _named(keys: list[str]) -> str:
    shown = ", ".join(keys[:4])
    return f"{shown} and {len(keys) - 4} more" if len(keys) > 4 else shown


def _there(place: Workspace, dataset: str) -> str:
    from engine.datasets.store import open_dataset

    if not dataset:
        return ""
    try:
        return open_dataset(place, dataset).id
    except NotFoundError:
        return ""
    except FinetopError:
        return dataset  # there, and what is wrong with it the plan says


def _values(config: dict[str, Any], schema: type[BaseModel], of: ResolvedModel | RunSpec) -> dict[Path, Any]:
    """Section and names → value, of all that a run keeps."""
    found: dict[Path, Any] = {("config", *path): value for path, value in values_in(config, schema).items()}
    found |= {("targets", target.metric): target_value(target) for target in of.targets}
    found["early_stop_on",] = list(of.early_stop_on)
    return found | {("policy", name): value for name, value in vars(of.policy).items()}
