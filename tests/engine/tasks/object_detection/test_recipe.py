from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from engine.tasks.object_detection.recipe import Noise, Poles, Recipe, Thermograms


@pytest.mark.parametrize("part", [Recipe, Noise, Poles, Thermograms])
def test_every_field_says_what_it_means(part: type[BaseModel]) -> None:
    assert all(field.description for field in part.model_fields.values())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scene": "birds"}, "Input should be 'poles' or 'thermograms'"),
        ({"images": 3}, "greater than or equal to 10"),
        ({"size": [32, 192]}, "greater than or equal to 64"),
        ({"splits": [0.7, 0.2, 0.2]}, "three shares above 0 that add up to 1"),
        ({"splits": [0.8, 0.2, 0]}, "three shares above 0 that add up to 1"),
        ({"poles": {"poles": [4, 1]}}, "poles: write the fewest and the most"),
        ({"poles": {"crossarm": 1.5}}, "less than or equal to 1"),
        ({"thermograms": {"palettes": ["pink"]}}, "Input should be 'ironbow' or 'grey'"),
        ({"thermograms": {"kind": "b"}}, "thermograms: is set, and the scene is poles"),
        ({"weather": "rain"}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_recipe_is_told_in_words(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as told:
        Recipe.model_validate(changes)
    assert says in str(told.value)


def test_all_of_a_recipe_may_be_written_out_defaults_included() -> None:
    assert Recipe.model_validate(Recipe().model_dump(mode="json")) == Recipe()
