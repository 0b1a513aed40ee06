"""The recipe of a dataset for token classification: what texts are made of, in YAML alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pydantic import Field, field_validator, model_validator

from engine.datasets.noise import Noise
from engine.datasets.recipes import TextRecipe, uses_any
from engine.datasets.vocabulary import HeldOut, Parts

MOST_PREVIEWED = 2000
"""Texts that a preview makes, at most."""


class Recipe(TextRecipe):
    """Templates with slots; entities are the slots that are labelled. See docs/data.md."""

    examples: int = Field(default=1200, description="Texts to make, all splits together.", ge=10, le=1_000_000)
    entities: dict[str, HeldOut] = Field(description="Label → its phrases, with the parts held out.", min_length=1)
    templates: HeldOut = Field(description="Sentences with {ENTITY} and {SLOT}.")
    distractors: HeldOut = Field(
        default=Parts(), description="Sentences with no entity, near misses included: 'pole position', '95 percent'."
    )
    without_entities: float = Field(
        default=0.12, description="Part of the texts that hold no entity at all.", ge=0, le=0.9
    )
    sentences: tuple[float, ...] = Field(
        default=(0.6, 0.27, 0.13), description="Share of the texts with one, two, three … sentences.", min_length=1
    )
    distractor_share: float = Field(
        default=0.3, description="Part of the further sentences of a text that hold no entity.", ge=0, le=1
    )
    noise: Noise = Field(default=Noise(), description="Careless writing.")

    def held_out(self) -> Mapping[str, Parts]:
        return self.entities

    def labels(self) -> Collection[str]:
        return self.entities.keys()

    def templates_by_place(self) -> Iterator[tuple[str, Parts, Collection[str]]]:
        yield "templates", self.templates, ()
        yield "distractors", self.distractors, ()

    @field_validator("sentences")
    @classmethod
    def _some_share(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        if min(shares) < 0 or sum(shares) <= 0 or len(shares) > 20:
            raise ValueError("shares are numbers from 0, not all 0, at most 20 of them")
        return shares

    @model_validator(mode="after")
    def _labels_stand_where_they_should(self) -> Recipe:
        for label, parts in self.entities.items():
            if parts.shared:
                raise ValueError(f"entities.{label}: `shared` phrases would be known to the test; use `train`")
        everything = {**self.slots, **self.entities}
        if not self.templates.texts():
            raise ValueError("there are no templates")
        for text in self.distractors.texts():
            used = uses_any(text, self.entities, everything)
            if used:
                raise ValueError(f"the distractor {text!r} uses the entity {used}: make it a template")
        for text in self.templates.texts():
            if uses_any(text, self.entities, {}) is None:
                raise ValueError(f"the template {text!r} holds no entity: make it a distractor")
        if self.without_entities and not self.distractors.texts():
            raise ValueError("without_entities needs distractors to make such texts of")
        return self


def for_preview(recipe: Recipe) -> Recipe:
    """A recipe like this one that makes few texts."""
    return recipe.model_copy(update={"examples": min(recipe.examples, MOST_PREVIEWED)})
