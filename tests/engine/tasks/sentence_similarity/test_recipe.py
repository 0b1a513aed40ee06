from typing import Any

import pytest
from pydantic import ValidationError

from engine.tasks.sentence_similarity.recipe import Recipe


def recipe(**changes: Any) -> dict[str, Any]:
    return {
        "modalities": {"required": ["shall"], "forbidden": ["shall not"]},
        "concepts": {"PART": ["pole", "guy", "arm"], "PLACE": ["road", "yard", "roof"]},
        "quantities": {"HEIGHT": {"numbers": "1..40", "unit": "feet"}},
        "units": {"feet": ["{n} feet"]},
        "relations": {
            "height": relation("{PART} {MODAL} be {HEIGHT} up", "the {PART} {MODAL} reach {HEIGHT}"),
            "place": relation("{PART} {MODAL} be on the {PLACE}", "the {PLACE} {MODAL} bear the {PART}"),
        },
        **changes,
    }


def relation(*sentences: str, **more: Any) -> dict[str, Any]:
    return {"about": "PART", "phrasings": {"any": [*sentences, *(f"now {text}" for text in sentences)]}, **more}


def test_a_small_recipe_is_valid() -> None:
    assert Recipe.model_validate(recipe()).modalities_of("height") == ("required", "forbidden")


def test_a_domain_may_have_no_modalities() -> None:
    plain = {name: relation("{PART} on {PLACE}", "{PLACE} under {PART}") for name in ("a", "b")}
    assert Recipe.model_validate(recipe(modalities={}, relations=plain)).modalities_of("a") == ("",)


def broken(name: str, **changes: Any) -> dict[str, Any]:
    relations = recipe()["relations"]
    return {"relations": {**relations, name: {**relations[name], **changes}}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            broken("height", about="PLACE"),
            "relations.height: about: 'PLACE' must be a concept",
        ),
        (broken("height", modalities=["wished"]), "relations.height: there is no modality 'wished'"),
        (
            broken("height", phrasings={"any": ["{PART} {MODAL} be {HEIGHT}", "{PART} {MODAL} be there"]}),
            "must use the same roles as the others (HEIGHT is odd)",
        ),
        (broken("height", phrasings={"any": ["{PART} is {HEIGHT}"]}), "needs {MODAL}"),
        (
            broken("height", phrasings={"required": ["{PART} {MODAL} be {HEIGHT}"]}),
            "must not use {MODAL}: it stands for one modality",
        ),
        (broken("height", phrasings={"hoped": ["{PART} {HEIGHT}"]}), "'hoped' is no modality of this relation"),
        (broken("height", phrasings={"any": ["{PRT} {MODAL} {HEIGHT}"]}), "did you mean 'PART'?"),
        ({"units": {}}, "there is no unit 'feet'; add it under `units`"),
        ({"quantities": {"HEIGHT": {"numbers": "9..1", "unit": "feet"}}}, "the smaller number comes first"),
        ({"quantities": {"HEIGHT": {"numbers": "1..9 feet", "unit": "feet"}}}, "under `unit`"),
        ({"relations": {"one": relation("{PART} {MODAL} x", "{PART} {MODAL} y")}}, "at least 2 items"),
        ({"mix": {"paraphrase": 0, "same_topic": 0, "unrelated": 0}}, "at least one share must be above 0"),
        ({"grading": {"quantity": 1.5}}, "less than or equal to 1"),
    ],
)
def test_a_wrong_recipe_is_told_in_words(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as told:
        Recipe.model_validate(recipe(**changes))
    assert says in str(told.value)
