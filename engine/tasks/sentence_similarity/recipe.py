"""The recipe of a dataset for sentence similarity: meanings and their wordings, in YAML alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from engine.datasets.noise import Noise
from engine.datasets.patterns import parse, parse_range, references
from engine.datasets.recipes import TextRecipe
from engine.datasets.vocabulary import HeldOut, Parts, Shared

MODAL = "MODAL"
ANY = "any"

MOST_PREVIEWED = 2000
"""Pairs that a preview makes, at most."""


class Grading(BaseModel):
    """How alike two meanings are: a product of factors, one for each thing in which they differ."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quantity: float = Field(default=0.45, description="Another number: 18 feet against 8 feet.", ge=0, le=1)
    modality: float = Field(default=0.3, description="Another modality: shall against shall not.", ge=0, le=1)
    subject: float = Field(default=0.5, description="Another concept where the relation's `about` is.", ge=0, le=1)
    role: float = Field(default=0.6, description="Another concept in a further role.", ge=0, le=1)
    detail: float = Field(default=0.92, description="One text says more (where, according to whom).", ge=0, le=1)
    same_relation: float = Field(
        default=0.2, description="The least for two meanings of the same relation.", ge=0, le=1
    )
    shared_concept: float = Field(
        default=0.15, description="Two relations that share a concept, the numbers aside.", ge=0, le=1
    )
    same_domain: float = Field(default=0.03, description="Two relations that share nothing.", ge=0, le=1)


class Mix(BaseModel):
    """Share of the pairs of each kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    paraphrase: float = Field(default=0.35, description="The same meaning in other words.", ge=0)
    same_topic: float = Field(default=0.42, description="Meanings that differ in a thing or two.", ge=0)
    unrelated: float = Field(default=0.23, description="Meanings that share nothing.", ge=0)

    @model_validator(mode="after")
    def _some(self) -> Mix:
        if self.paraphrase + self.same_topic + self.unrelated <= 0:
            raise ValueError("at least one share must be above 0")
        return self


class Quantity(BaseModel):
    """Numbers with a unit; each belongs to training, to validation or to the test."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: str = Field(description="A range: 8..45, or 0.5..9 step 0.5.")
    unit: str = Field(description="One of `units`.")

    @field_validator("numbers")
    @classmethod
    def _a_range(cls, numbers: str) -> str:
        if parse_range(numbers).unit:
            raise ValueError(f"write the unit of {numbers!r} under `unit`")
        return numbers


class Relation(BaseModel):
    """What is said of things, and the ways to say it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = Field(description="The concept that the relation is about.")
    modalities: tuple[str, ...] = Field(default=(), description="Those that make sense here; none given means all.")
    phrasings: dict[str, HeldOut] = Field(
        description="Modality → sentences that say it; `any`: sentences with {MODAL} that serve each modality.",
        min_length=1,
    )

    def roles(self) -> set[str]:
        """Names used by its first sentence; every sentence uses the same."""
        first = next(iter(self.phrasings.values())).texts()[0]
        return names_in(first) - {MODAL}


class Recipe(TextRecipe):
    """Concepts, quantities, relations and their wordings. See docs/data.md."""

    pairs: int = Field(default=600, description="Graded pairs to make, all splits together.", ge=10, le=1_000_000)
    unlabelled: int = Field(
        default=400, description="Sentences for the unsupervised phase, of training's vocabulary.", ge=0, le=1_000_000
    )
    mix: Mix = Field(default=Mix(), description="Share of the pairs of each kind.")
    grading: Grading = Field(default=Grading(), description="How alike two meanings are.")
    modalities: dict[str, Shared] = Field(default={}, description="Modality → words for {MODAL}: shall, must …")
    concepts: dict[str, HeldOut] = Field(
        description="Name → concepts, each a word or a list of words for the same thing.", min_length=1
    )
    quantities: dict[str, Quantity] = Field(default={}, description="Name → numbers with a unit.")
    relations: dict[str, Relation] = Field(description="What is said of things.", min_length=2)
    details: Shared = Field(default=Parts(), description="What a sentence may add: where, according to whom.")
    detailed: float = Field(default=0.12, description="Part of the sentences that add a detail.", ge=0, le=1)
    elsewhere: HeldOut = Field(default=Parts(), description="Sentences of another domain, for unrelated pairs.")
    specification: Shared = Field(default=Parts(), description="Further sentences for the unlabelled text.")
    noise: Noise = Field(default=Noise(), description="Careless writing.")

    def held_out(self) -> Mapping[str, Parts]:
        return self.concepts

    def templates_by_place(self) -> Iterator[tuple[str, Parts, Collection[str]]]:
        for name, relation in self.relations.items():
            for modality, parts in relation.phrasings.items():
                yield f"relations.{name}.phrasings.{modality}", parts, (*self.quantities, MODAL)
        for name, parts in self.modalities.items():
            yield f"modalities.{name}", parts, ()
        yield "details", self.details, ()
        yield "elsewhere", self.elsewhere, ()
        yield "specification", self.specification, ()

    def modalities_of(self, relation: str) -> tuple[str, ...]:
        """Those in which a relation can be said; one nameless modality where the recipe has none."""
        return self.relations[relation].modalities or tuple(self.modalities) or ("",)

    @model_validator(mode="after")
    def _quantities_have_units(self) -> Recipe:
        for name, quantity in self.quantities.items():
            if quantity.unit not in self.units:
                raise ValueError(f"quantities.{name}: there is no unit {quantity.unit!r}; add it under `units`")
            if name in self.concepts or name in self.slots:
                raise ValueError(f"{name!r} is both a quantity and a vocabulary: give one another name")
        return self

    @model_validator(mode="after")
    def _relations_mean_one_thing(self) -> Recipe:
        roles = {*self.concepts, *self.quantities}
        for name, relation in self.relations.items():
            place = f"relations.{name}"
            if relation.about not in self.concepts or relation.about not in relation.roles():
                raise ValueError(f"{place}: about: {relation.about!r} must be a concept that its sentences use")
            for modality in relation.modalities:
                if modality not in self.modalities:
                    raise ValueError(f"{place}: there is no modality {modality!r}")
            expected = relation.roles() & roles
            for modality, parts in relation.phrasings.items():
                if modality != ANY and modality not in self.modalities_of(name):
                    raise ValueError(f"{place}.phrasings: {modality!r} is no modality of this relation")
                for text in parts.texts():
                    self._check_sentence(f"{place}.phrasings.{modality}", text, expected, roles, modality)
        return self

    def _check_sentence(self, place: str, text: str, expected: set[str], roles: set[str], modality: str) -> None:
        used = names_in(text)
        if used & roles != expected:
            odd = sorted((used & roles) ^ expected)
            raise ValueError(f"{place}: {text!r} must use the same roles as the others ({odd[0]} is odd)")
        if (MODAL in used) != (modality == ANY and bool(self.modalities)):
            needs = "needs {MODAL}" if MODAL not in used else "must not use {MODAL}: it stands for one modality"
            raise ValueError(f"{place}: {text!r} {needs}")


def names_in(text: str) -> set[str]:
    """The slots that a sentence uses."""
    return {node.name for node in references(parse(text)) if hasattr(node, "name")}


def for_preview(recipe: Recipe) -> Recipe:
    """A recipe like this one that makes few pairs."""
    fewer = {"pairs": min(recipe.pairs, MOST_PREVIEWED), "unlabelled": min(recipe.unlabelled, MOST_PREVIEWED)}
    return recipe.model_copy(update=fewer)
