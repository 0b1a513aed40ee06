from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from engine.tasks.image_feature_extraction.recipe import TARGETS, Camera, Recipe
from engine.tasks.image_feature_extraction.targets.catalog import KINDS


@pytest.mark.parametrize("part", [Recipe, Camera])
def test_every_field_says_what_it_means(part: type[BaseModel]) -> None:
    assert all(field.description for field in part.model_fields.values())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"classes": ["car", "ufo"]}, "Input should be 'animal'"),
        ({"classes": ["car"]}, "at least 2 items"),
        ({"classes": ["car", "car"]}, "classes: write each class once"),
        ({"images": 3}, "greater than or equal to 20"),
        ({"size": [8, 64]}, "greater than or equal to 32"),
        ({"bits": 12}, "Input should be 8 or 16"),
        ({"splits": [0.7, 0.2, 0.2]}, "three shares above 0 that add up to 1"),
        ({"splits": [0.8, 0.2, 0]}, "three shares above 0 that add up to 1"),
        ({"camera": {"noise": 2}}, "less than or equal to 0.3"),
        ({"weather": "rain"}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_recipe_is_told_in_words(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as told:
        Recipe.model_validate(changes)
    assert says in str(told.value)


def test_all_of_a_recipe_may_be_written_out_defaults_included() -> None:
    assert Recipe.model_validate(Recipe().model_dump(mode="json")) == Recipe()


def test_every_class_that_may_be_asked_for_can_be_drawn() -> None:
    assert set(TARGETS) == set(KINDS)
