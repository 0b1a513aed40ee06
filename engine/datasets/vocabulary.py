"""Vocabularies of a recipe, and which part of each belongs to which split.

What the test is to be surprised by must never stand in training, so every vocabulary and every list of
templates is held in three parts. The author writes them, or writes one list, from which parts are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from engine.datasets.sampling import stream

VALIDATION_PART = 0.15
TEST_PART = 0.25

Phrase = Annotated[
    tuple[str, ...],
    BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value, json_schema_input_type=str | list[str]
    ),
]
"""A pattern, or a list of patterns that mean the same."""


class Parts(BaseModel):
    """Phrases by the split that may use them. What `validation` or `test` lacks is drawn from `train`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shared: tuple[Phrase, ...] = Field(default=(), description="Phrases that every split uses.")
    train: tuple[Phrase, ...] = Field(default=(), description="Phrases of training, and of the test's slice `seen`.")
    validation: tuple[Phrase, ...] = Field(default=(), description="Phrases of validation alone.")
    test: tuple[Phrase, ...] = Field(default=(), description="Phrases of the test's slice `unseen` alone.")

    @model_validator(mode="after")
    def _each_phrase_once(self) -> Parts:
        owner: dict[str, str] = {}
        for name in ("shared", "train", "validation", "test"):
            for phrase in getattr(self, name):
                for text in phrase:
                    if owner.setdefault(text, name) != name:
                        raise ValueError(f"{text!r} stands in both {owner[text]} and {name}")
                if not phrase:
                    raise ValueError(f"an empty list of synonyms in {name}")
        return self

    def texts(self) -> list[str]:
        """Every pattern of every part."""
        return [text for part in (self.shared, self.train, self.validation, self.test) for p in part for text in p]


def _as(name: str) -> Any:
    return BeforeValidator(
        lambda value: {name: value} if isinstance(value, list | tuple) else value,
        json_schema_input_type=list[str | list[str]] | Parts,
    )


HeldOut = Annotated[Parts, _as("train")]
"""Written as one list, parts of it are held out for validation and test."""

Shared = Annotated[Parts, _as("shared")]
"""Written as one list, every split uses all of it."""


@dataclass(frozen=True)
class Divided:
    """The phrases that each world may use: `train`, `validation`, `test`."""

    train: tuple[Phrase, ...]
    validation: tuple[Phrase, ...]
    test: tuple[Phrase, ...]

    def of(self, world: str) -> tuple[Phrase, ...]:
        parts: tuple[Phrase, ...] = getattr(self, world)
        return parts


def divide(parts: Parts, seed: int, name: str) -> Divided:
    """Settle the parts: those that the author did not write are drawn from `train`."""
    own, validation, test = draw_parts(parts.train, parts.validation, parts.test, seed, name)
    divided = Divided(*((*parts.shared, *part) for part in (own, validation, test)))
    for world in ("train", "validation", "test"):
        if parts.texts() and not divided.of(world):
            raise ValueError(f"{name}: the part `{world}` is empty")
    return divided


def draw_parts(
    train: Sequence[Any], validation: Sequence[Any], test: Sequence[Any], seed: int, name: str
) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Fill an empty `validation` and `test` from `train`, by the seed; order is kept."""
    wanted_validation = 0 if validation else max(1, round(VALIDATION_PART * len(train)))
    wanted_test = 0 if test else max(1, round(TEST_PART * len(train)))
    if not train or not wanted_validation + wanted_test:
        return tuple(train), tuple(validation), tuple(test)
    if len(train) <= wanted_validation + wanted_test:
        raise ValueError(
            f"{name}: {len(train)} entries are too few to hold some out for validation and test; "
            "write at least 3, or the parts `train`, `validation` and `test`"
        )
    order = list(range(len(train)))
    stream(seed, "parts", name).shuffle(order)
    for_validation, for_test = set(order[:wanted_validation]), set(order[wanted_validation:][:wanted_test])
    drawn = [[entry for index, entry in enumerate(train) if index in chosen] for chosen in (for_validation, for_test)]
    rest = [entry for index, entry in enumerate(train) if index not in for_validation | for_test]
    return tuple(rest), (*validation, *drawn[0]), (*test, *drawn[1])
