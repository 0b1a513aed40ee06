"""Drafts from what other screens hand over: a run's settings, a dataset. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.train.choices import with_profile
from tui.train.draft import Draft, with_dataset
from tui.train.picture import Picture

if TYPE_CHECKING:
    from engine.repeating import Repeat


def as_draft(repeat: Repeat) -> Draft:
    """The draft that asks for a run's settings again."""
    return Draft(
        profile=repeat.profile,
        models=(repeat.model,),
        preset=repeat.preset,
        datasets=((repeat.model, repeat.dataset),) if repeat.dataset else (),
        device=repeat.device,
        changes=repeat.overrides,
        run=repeat.run if repeat.overrides else "",
        copied=frozenset(repeat.overrides),
    )


def said_of(repeat: Repeat) -> str:
    """What is to be said of them."""
    return " ".join([f"Settings of {repeat.run}.", *repeat.notes])


def with_found(picture: Picture, profile: str, model: str, dataset: str) -> tuple[Draft, str]:
    """The draft that trains a model on a dataset, and a sentence; the same draft where no profile has the model."""
    for one in picture.profiles:
        if one.name == profile and not one.problems and model in {each.name for each in one.models}:
            draft = replace(with_profile(picture.draft, one), models=(model,))
            return with_dataset(draft, model, dataset), f"Trains {model} on {dataset}."
    return picture.draft, f"{dataset} is for {profile}/{model}, which no profile has now."
