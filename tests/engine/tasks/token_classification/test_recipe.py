from typing import Any

import pytest
from pydantic import ValidationError

from engine.tasks.token_classification.recipe import Recipe


def recipe(**changes: Any) -> dict[str, Any]:
    return {
        "entities": {"PART": ["pole", "guy", "arm"]},
        "templates": ["a {PART}", "b {PART}", "c {PART}"],
        "distractors": ["x", "y", "z"],
        **changes,
    }


def test_a_small_recipe_is_valid() -> None:
    assert Recipe.model_validate(recipe()).examples == 1200


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"templates": ["a {PRT}", "b {PART}", "c {PART}"]}, "templates: there is no vocabulary or slot 'PRT'"),
        ({"templates": ["no entity", "b {PART}"]}, "the template 'no entity' holds no entity: make it a distractor"),
        ({"distractors": ["x {PART}", "y", "z"]}, "uses the entity PART: make it a template"),
        (
            {"slots": {"VIA": ["{PART}"]}, "distractors": ["x {VIA}", "y", "z"]},
            "the distractor 'x {VIA}' uses the entity PART",
        ),
        ({"distractors": []}, "without_entities needs distractors"),
        ({"entities": {"PART": {"shared": ["pole"]}}}, "`shared` phrases would be known to the test"),
        ({"entities": {}}, "at least 1 item"),
        ({"slots": {"PART": ["x"]}}, "'PART' is both a slot and a vocabulary"),
        ({"slots": {"EMPTY": []}}, "the vocabulary or unit 'EMPTY' is empty"),
        ({"entities": {"PART": ["{1..9 feet}", "b", "c"]}}, "there is no unit 'feet'"),
        ({"slots": {"A": ["{B}"], "B": ["{A}"]}}, "refer to each other in a circle: A → B → A"),
        ({"templates": []}, "there are no templates"),
        ({"units": {"feet": ["feet"]}}, "the form 'feet' does not use the number"),
        ({"sentences": [0, 0]}, "shares are numbers from 0"),
        ({"sentences": [-1, 2]}, "shares are numbers from 0"),
        ({"examples": 3}, "greater than or equal to 10"),
        ({"exampels": 300}, "Extra inputs are not permitted"),
        ({"noise": {"misspelt": 2}}, "less than or equal to 1"),
    ],
)
def test_a_wrong_recipe_is_told_in_words(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as told:
        Recipe.model_validate(recipe(**changes))
    assert says in str(told.value)
