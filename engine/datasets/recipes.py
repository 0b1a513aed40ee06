"""What the recipes of all text tasks share: vocabularies, slots, units, and the grammar of each world.

A world is what one split may use: `train`, `validation` or `test`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.datasets.patterns import circle, in_digits, parse, problem_with_pattern, references
from engine.datasets.templates import Grammar
from engine.datasets.vocabulary import Parts, Phrase, Shared, divide

World = Literal["train", "validation", "test"]
WORLDS: tuple[World, ...] = get_args(World)


class TextRecipe(BaseModel):
    """Slots and units; a task adds what it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    slots: dict[str, Shared] = Field(
        default={}, description="Phrases for {NAME} in templates that are no entity: companies, verbs, places."
    )
    units: dict[str, Shared] = Field(
        default={}, description="Unit → its written forms with {n}, {n,} (1,000) or {n words}: used by {18..45 feet}."
    )
    seen_share: float = Field(
        default=1 / 3,
        description="Part of validation and of test that is made of training's templates and vocabulary.",
        ge=0,
        le=1,
    )

    def held_out(self) -> Mapping[str, Parts]:
        """Vocabularies of the task by name, beside `slots`."""
        return {}

    def labels(self) -> Collection[str]:
        """Names that are labelled as entities where a template uses them."""
        return ()

    def templates_by_place(self) -> Iterator[tuple[str, Parts, Collection[str]]]:
        """Every list of templates: where it stands, its parts, further names that it may use."""
        yield from ()

    @model_validator(mode="after")
    def _patterns_can_be_expanded(self) -> TextRecipe:
        vocabularies = {**self.slots, **self.held_out()}
        twice = sorted(self.slots.keys() & self.held_out().keys())
        if twice:
            raise ValueError(f"{twice[0]!r} is both a slot and a vocabulary: give one another name")
        places: list[tuple[str, Parts, Collection[str], bool]] = [
            *((f"vocabulary {name}", parts, (), False) for name, parts in vocabularies.items()),
            *((f"unit {name}", parts, (), True) for name, parts in self.units.items()),
            *((place, parts, names, False) for place, parts, names in self.templates_by_place()),
        ]
        for place, parts, names, form in places:
            for text in parts.texts():
                problem = problem_with_pattern(text, {*vocabularies, *names}, self.units, form=form)
                if problem:
                    raise ValueError(f"{place}: {problem}")
        loop = circle({name: parts.texts() for name, parts in vocabularies.items()})
        if loop:
            raise ValueError(f"vocabularies refer to each other in a circle: {' → '.join(loop)}")
        empty = [name for name, parts in {**vocabularies, **self.units}.items() if not parts.texts()]
        if empty:
            raise ValueError(f"the vocabulary or unit {empty[0]!r} is empty")
        return self


def grammars(recipe: TextRecipe, seed: int) -> dict[World, Grammar]:
    """One grammar per world. Raises ValueError when a vocabulary is too small to be divided."""
    vocabularies = {name: divide(parts, seed, name) for name, parts in {**recipe.slots, **recipe.held_out()}.items()}
    units = {name: divide(parts, seed, f"unit {name}") for name, parts in recipe.units.items()}
    for name, divided in units.items():
        for world in WORLDS:
            if not any(map(in_digits, texts_of(divided.of(world)))):
                raise ValueError(f"unit {name}: the part `{world}` has no form in digits, {{n}} or {{n,}}")
    return {
        world: Grammar(
            {name: divided.of(world) for name, divided in vocabularies.items()},
            {name: [form for forms in divided.of(world) for form in forms] for name, divided in units.items()},
            recipe.labels(),
        )
        for world in WORLDS
    }


def uses_any(text: str, names: Collection[str], vocabularies: Mapping[str, Parts]) -> str | None:
    """The first of `names` that a pattern uses, itself or through the vocabularies it refers to."""
    reached: list[str] = [text]
    known: set[str] = set()
    for pattern in reached:
        for node in references(parse(pattern)):
            name = getattr(node, "name", "")
            if name in names:
                return str(name)
            if name and name not in known and name in vocabularies:
                known.add(name)
                reached.extend(vocabularies[name].texts())
    return None


def texts_of(phrases: Sequence[Phrase]) -> list[str]:
    """Every pattern of a list of phrases."""
    return [text for phrase in phrases for text in phrase]
