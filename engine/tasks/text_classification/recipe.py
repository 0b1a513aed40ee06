"""What a drawn library of asset folders holds: fields of `data.recipe`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from engine.errors import InputError
from engine.folders.samples.text import DEFAULT_TEMPLATE, fields_of
from engine.training.config import hyperparameter

MOST_PREVIEWED = 6000
"""Folders that a preview makes, at most."""


class Recipe(BaseModel):
    """A drawn asset library whose folders have known labels."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    folders: int = hyperparameter(6000, "Folders of the whole tree.", unit="folders", ge=300, le=10_000_000)
    taxonomy: Literal["legacy", "v1", "v2"] = hyperparameter(
        "legacy", "Which labels the folders have: a taxonomy of the profile `folders`."
    )
    template: str = hyperparameter(
        DEFAULT_TEMPLATE, "How a folder becomes a text; the same as the model's own `template`."
    )
    split: Literal["creator", "plain"] = hyperparameter(
        "creator",
        "creator keeps all folders of a creator in one split, so that the test is of creators never seen; plain "
        "shares folders out by chance, and siblings straddle the splits.",
    )
    test_size: float = hyperparameter(0.2, "Part of the folders that is for the test.", gt=0, lt=0.9)
    validation_size: float = hyperparameter(0.15, "Part of the folders that is for validation.", gt=0, lt=0.9)
    per_label: int = hyperparameter(
        100, "Folders of each label that training has, at most; 0: all.", unit="folders", ge=0
    )
    held_out_per_label: int = hyperparameter(
        100, "The same of validation and of the test, each.", unit="folders", ge=0
    )
    typos: float = hyperparameter(0.03, "Part of the names with a slip, a mean over the creators.", ge=0, le=1)
    mixed: float = hyperparameter(0.2, "Part of the creators who do not write in English alone.", ge=0, le=1)
    misplaced: float = hyperparameter(0.04, "Part of the works that lie where they do not belong.", ge=0, le=1)
    junk: float = hyperparameter(
        0.2, "How often a work has a folder in it or beside it that unpacking or tidying left.", ge=0, le=1
    )

    @field_validator("template")
    @classmethod
    def _names_known_fields(cls, template: str) -> str:
        try:
            fields_of(template)
        except InputError as problem:
            raise ValueError(f"{problem.what}; {problem.fix}") from None
        return template


def for_preview(recipe: Recipe) -> Recipe:
    """A recipe like this one that draws a small library, large enough for every label."""
    return recipe.model_copy(update={"folders": min(recipe.folders, MOST_PREVIEWED)})
