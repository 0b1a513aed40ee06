"""The settings of models one by one, for forms: value, where it comes from, and what may be written instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from engine.errors import FinetopError, ProfileError
from engine.profiles.fields import MISSING, Kind, Leaf, Rule, leaves_of
from engine.profiles.resolve import ResolvedModel, resolve_models
from engine.profiles.schema import Data, Policy, Profile
from engine.profiles.settings import DEFAULT, SECTIONS, SET
from engine.profiles.writing import set_value
from engine.runs.spec import Target
from engine.tasks.catalog import find_task

TARGET = Rule("a number (at least), {at_most: …}, or null for none")
SIGNALS = Rule("a list of target_reached, plateau, overfitting, diverged: [A, B]")


@dataclass(frozen=True)
class Setting:
    """One value of one model."""

    name: str
    """As `--set MODEL.NAME=VALUE` takes it: `epochs`, `train.k`, `policy.retries`."""
    value: str
    """As `--set` writes it, and so are the other values here."""
    origin: str
    """`default`, `profile utility.yaml:31`, `preset quick` or `--set`."""
    without: str
    """The value that it has when it is not set."""
    without_origin: str
    default: str
    """The task's own; empty where it has none."""
    description: str
    unit: str
    rule: str
    """What may be written, in words."""
    kind: Kind = "free"
    choices: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether `--set` says it."""
        return self.origin == SET


@dataclass(frozen=True)
class ModelSettings:
    """All settings of one model."""

    model: str
    task: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True)
class Refused:
    """A `KEY=VALUE` that cannot be, and why."""

    text: str
    problem: str
    """What is wrong and what to write, without the place, which is the text."""


@dataclass(frozen=True)
class SettingsSheet:
    """The settings of several models, under the overrides that can be."""

    models: tuple[ModelSettings, ...]
    refused: tuple[Refused, ...] = ()


def settings_of(
    profile: Profile, models: Sequence[str], *, preset: str, overrides: Sequence[str] = ()
) -> SettingsSheet:
    """Every setting of these models. An override that cannot be is left out and named, the others hold. Raises
    ProfileError where profile, model or preset cannot be used."""
    plain = resolve_models(profile, models, preset=preset)
    good, refused = _accepted(profile, models, preset, overrides)
    settled = resolve_models(profile, models, preset=preset, overrides=good) if good else plain
    return SettingsSheet(
        tuple(
            ModelSettings(now.model, now.task, tuple(_settings(now, without)))
            for now, without in zip(settled, plain, strict=True)
        ),
        tuple(refused),
    )


def _accepted(
    profile: Profile, models: Sequence[str], preset: str, overrides: Sequence[str]
) -> tuple[list[str], list[Refused]]:
    """The overrides that hold together, in their order, and those that do not."""
    if not overrides or _problem(profile, models, preset, overrides) is None:
        return list(overrides), []
    good: list[str] = []
    waiting = list(overrides)
    # Some values are good only together: what is refused is tried again after the others.
    for _ in range(2):
        left = []
        for text in waiting:
            if _problem(profile, models, preset, [*good, text]) is None:
                good.append(text)
            else:
                left.append(text)
        waiting = left
    refused = [Refused(text, _problem(profile, models, preset, [*good, text]) or "") for text in waiting]
    return [text for text in overrides if text in good], refused


def _problem(profile: Profile, models: Sequence[str], preset: str, overrides: Sequence[str]) -> str | None:
    try:
        resolve_models(profile, models, preset=preset, overrides=overrides)
    except ProfileError as problem:
        return _sentence(problem)
    return None


def _sentence(problem: FinetopError) -> str:
    return f"{problem.what}; {problem.fix}" if problem.fix else problem.what


def _settings(now: ResolvedModel, without: ResolvedModel) -> Iterator[Setting]:
    values, before = _values(now), _values(without)
    for name, leaf, section in _offered(now, values):
        yield Setting(
            name=name,
            value=_written(values.get((*section, *leaf.path))),
            origin=origin_at(now.origins, (*section, *leaf.path)),
            without=_written(before.get((*section, *leaf.path))),
            without_origin=origin_at(without.origins, (*section, *leaf.path)),
            default="" if leaf.default is MISSING else _written(_plain(leaf.default)),
            description=leaf.description,
            unit=leaf.unit,
            rule=leaf.rule.rule,
            kind=leaf.rule.kind,
            choices=leaf.rule.choices,
        )


Path = tuple[str, ...]


def _offered(model: ResolvedModel, values: dict[Path, Any]) -> Iterator[tuple[str, Leaf, Path]]:
    """What `--set` can name, in the order in which people look: hyperparameters, targets, data, policy."""
    task = find_task(model.task)
    for leaf in leaves_of(task.config_class):
        yield key_of(("config", *leaf.path)), leaf, ("config",)
    for path in values:
        if path[0] == "targets":
            leaf = Leaf(path[1:], "Threshold of the metric on the test split.", "", TARGET, MISSING)
            yield ".".join(path), leaf, ("targets",)
    stops = Leaf((), "Signals of the advisor that end the training early.", "", SIGNALS, [])
    yield "early_stop_on", stops, ("early_stop_on",)
    seed = next(leaf for leaf in leaves_of(Data) if leaf.path == ("seed",))
    yield "data.seed", seed, ("data",)
    if model.recipe is not None:
        for leaf in leaves_of(type(model.recipe)):
            # Parts of a recipe that are lists and mappings are written in the profile, not on a line.
            if not isinstance(values.get(("data", "recipe", *leaf.path)), list | dict):
                yield ".".join(("data", "recipe", *leaf.path)), leaf, ("data", "recipe")
    for leaf in leaves_of(Policy):
        yield ".".join(("policy", *leaf.path)), leaf, ("policy",)


def _values(model: ResolvedModel) -> dict[Path, Any]:
    """Path → value of every setting."""
    found: dict[Path, Any] = {("early_stop_on",): list(model.early_stop_on), ("data", "seed"): model.data_seed}
    config = model.config.model_dump(mode="json", by_alias=True)
    found |= {("config", *path): value for path, value in values_in(config, type(model.config)).items()}
    if model.recipe is not None:
        recipe = model.recipe.model_dump(mode="json", by_alias=True)
        found |= {("data", "recipe", *path): value for path, value in values_in(recipe, type(model.recipe)).items()}
    found |= {("targets", target.metric): target_value(target) for target in model.targets}
    return found | {("policy", name): value for name, value in vars(model.policy).items()}


def key_of(path: Path) -> str:
    """A path as `--set MODEL.KEY=VALUE` names it: a hyperparameter goes without its section."""
    short = path[0] == "config" and path[1] not in SECTIONS
    return ".".join(path[1:] if short else path)


def values_in(document: Any, schema: type[BaseModel]) -> dict[Path, Any]:
    """Path → value of each field of a schema, in a document of it; None where the document does not hold it."""
    found = {}
    for leaf in leaves_of(schema):
        value = document
        for name in leaf.path:
            value = value.get(name) if isinstance(value, dict) else None
        found[leaf.path] = value
    return found


def target_value(target: Target) -> Any:
    """A threshold as a profile writes it."""
    if target.at_most is None:
        return target.at_least
    bounds = {"at_least": target.at_least, "at_most": target.at_most}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def origin_at(origins: Mapping[str, str], path: Path) -> str:
    """Where a value comes from; where it is a mapping, the last part of it that somebody wrote."""
    name = ".".join(path)
    if name in origins:
        return origins[name]
    inside = [origin for key, origin in origins.items() if key.startswith(f"{name}.") and origin != DEFAULT]
    return inside[-1] if inside else DEFAULT


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value


def _written(value: Any) -> str:
    if isinstance(value, tuple | set | frozenset):
        value = list(value)
    return set_value(value)
