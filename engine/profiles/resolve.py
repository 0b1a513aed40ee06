"""Settles what one model of a profile is trained with: defaults < profile < preset < `--set`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from engine.errors import ProfileError
from engine.profiles.overrides import overrides_for
from engine.profiles.problems import InvalidProfileError
from engine.profiles.schema import FULL, FeedbackTraining, Privacy, Profile
from engine.profiles.settings import layered, settle, task_of
from engine.profiles.validation import advice
from engine.runs.spec import DecisionPolicy, PromotionPolicy, RunPolicy, Target


@dataclass(frozen=True)
class ResolvedModel:
    """One model, ready to train: everything decided, and for each value where it comes from."""

    profile: str
    model: str
    task: str
    preset: str
    config: BaseModel
    """The task's Config, validated."""
    recipe: BaseModel | None
    """The task's Recipe, validated; None where examples are imported."""
    data_seed: int
    targets: tuple[Target, ...]
    early_stop_on: tuple[str, ...]
    policy: RunPolicy
    origins: dict[str, str]
    """`config.epochs` → `default`, `profile utility.yaml:31`, `preset quick` or `--set`."""
    description: str = ""
    feedback: FeedbackTraining = field(default_factory=FeedbackTraining)
    privacy: Privacy = field(default_factory=Privacy)
    promotion: PromotionPolicy = field(default_factory=PromotionPolicy)
    decisions: DecisionPolicy = field(default_factory=DecisionPolicy)


def resolve(profile: Profile, model: str, *, preset: str = FULL, overrides: Sequence[str] = ()) -> ResolvedModel:
    """One model with all its values. `overrides` are `--set` texts, `KEY=VALUE`; raises ProfileError."""
    return resolve_models(profile, [model], preset=preset, overrides=overrides, among=list(profile.models))[0]


def resolve_models(
    profile: Profile,
    models: Sequence[str] = (),
    *,
    preset: str = FULL,
    overrides: Sequence[str] = (),
    among: Sequence[str] | None = None,
) -> list[ResolvedModel]:
    """Several models (all when none is named). An override must fit at least one of `among` (those models)."""
    chosen = list(dict.fromkeys(models)) or list(profile.models)
    for model in chosen:
        if model not in profile.models:
            raise ProfileError(
                f"the profile {profile.name} has no model {model!r}", fix=advice(model, profile.models)
            )
    if preset not in profile.preset_names:
        raise ProfileError(
            f"the profile {profile.name} has no preset {preset!r}", fix=advice(preset, profile.preset_names)
        )
    return [_resolve(profile, model, preset, overrides, among or chosen) for model in chosen]


def _resolve(
    profile: Profile, model: str, preset: str, overrides: Sequence[str], among: Sequence[str]
) -> ResolvedModel:
    task, problems = task_of(profile.source, model)
    if task is None:
        raise InvalidProfileError(problems)
    nodes = overrides_for(profile, model, overrides, among)
    settled, problems = settle(task, layered(profile.source, model, preset, nodes))
    if settled is None:
        raise InvalidProfileError(problems)
    return ResolvedModel(
        profile=profile.name,
        model=model,
        task=task.name,
        preset=preset,
        config=settled.config,
        recipe=settled.recipe,
        data_seed=settled.settings.data.seed,
        targets=tuple(
            Target(metric, bound.at_least, bound.at_most)
            for metric, bound in settled.settings.targets.items()
            if bound is not None
        ),
        early_stop_on=tuple(settled.settings.early_stop_on),
        policy=RunPolicy(**settled.policy.model_dump()),
        origins=settled.origins,
        description=profile.models[model].description,
        feedback=settled.settings.feedback or FeedbackTraining(),
        privacy=profile.models[model].privacy,
        promotion=PromotionPolicy(**profile.models[model].promotion.model_dump()),
        decisions=DecisionPolicy(**profile.models[model].decisions.model_dump()),
    )
