from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from engine.tasks.image_classification.recipe import Camera, Conditions, Recipe


@pytest.mark.parametrize("part", [Recipe, Conditions, Camera])
def test_every_field_says_what_it_means(part: type[BaseModel]) -> None:
    assert all(field.description for field in part.model_fields.values())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"people": 1}, "greater than or equal to 2"),
        ({"images": 3}, "greater than or equal to 20"),
        ({"images": 60, "people": 24}, "images: too few for a picture of each of the `people`"),
        ({"unseen_people": 0}, "seen_share: must be 1 where there are no `unseen_people`"),
        ({"size": [8, 64]}, "greater than or equal to 32"),
        ({"splits": [0.7, 0.2, 0.2]}, "three shares above 0 that add up to 1"),
        ({"conditions": {"light": 1.5}}, "less than or equal to 1"),
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
