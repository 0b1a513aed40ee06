from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from engine.profiles import load_profile, resolve
from engine.tasks.token_classification.data import problem_with
from engine.tasks.token_classification.generate import generate
from engine.tasks.token_classification.recipe import Recipe


def garden(**changes: Any) -> Recipe:
    """Another domain, in data alone."""
    return Recipe.model_validate(
        {
            "examples": 60,
            "entities": {
                "PLANT": [
                    f"{colour} {kind}" for colour in ("red", "white") for kind in ("rose", "oak", "iris", "fern")
                ],
                "DOSE": {"train": ["{1..40} {ml|g}"], "validation": ["{41..60} ml"], "test": ["{61..99} g"]},
            },
            "slots": {"WHO": ["Ana", "Ben", "Cleo"]},
            "templates": [f"{verb} {{PLANT}} with {{DOSE}}." for verb in ("feed", "spray", "water", "treat", "dose")],
            "distractors": [f"{{WHO}} {verb} {{1..900}} pots." for verb in ("sold", "broke", "saw", "drew")],
            **changes,
        }
    )


noises = st.fixed_dictionaries(
    {name: st.sampled_from([0.0, 0.3]) for name in ("misspelt", "lower", "upper", "title", "spacing")}
)


@settings(max_examples=25, deadline=None)
@given(noises, st.integers(0, 2**40))
def test_spans_are_exact_whatever_the_noise(noise: dict[str, float], seed: int) -> None:
    generated = generate(garden(noise=noise, distractor_share=0.5), seed)
    for rows in generated.splits.values():
        for row in rows:
            assert problem_with(row) is None
            words = [row["text"][entity["start"] : entity["end"]] for entity in row["entities"]]
            for entity, text in zip(row["entities"], words, strict=True):
                # An entity begins and ends with a letter or a digit, and holds the figures of a dose.
                assert text[0].isalnum() and text[-1].isalnum()
                assert any(letter.isdigit() for letter in text) == (entity["label"] == "DOSE")


def test_without_noise_the_words_of_each_entity_stand_in_its_vocabulary() -> None:
    recipe = garden()
    plants = set(recipe.entities["PLANT"].texts())
    for rows in generate(recipe, 3).splits.values():
        for row in rows:
            for entity in row["entities"]:
                if entity["label"] == "PLANT":
                    assert row["text"][entity["start"] : entity["end"]].lower() in plants


def test_splits_have_their_sizes_and_slices() -> None:
    splits = generate(garden(seen_share=0.5), 1).splits
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 42, "validation": 12, "test": 6}
    assert sorted(row["slice"] for row in splits["test"]) == ["seen"] * 3 + ["unseen"] * 3
    assert not any("slice" in row for row in splits["train"] + splits["validation"])


def test_the_share_without_entities_is_kept() -> None:
    splits = generate(garden(examples=200, without_entities=0.25), 1).splits
    assert sum(not row["entities"] for row in splits["train"]) == 35


def test_the_same_seed_makes_the_same_rows_and_another_seed_others() -> None:
    assert generate(garden(), 5).splits == generate(garden(), 5).splits
    assert generate(garden(), 5).splits != generate(garden(), 6).splits


def test_no_text_stands_twice() -> None:
    splits = generate(garden(examples=150), 2).splits
    texts = [" ".join(row["text"].lower().split()) for rows in splits.values() for row in rows]
    assert len(texts) == len(set(texts))


def test_a_recipe_that_is_too_small_says_what_to_add() -> None:
    with pytest.raises(DataError, match=r"too few different texts for train: .* add templates or phrases"):
        generate(garden(examples=9000), 1)


def test_a_vocabulary_too_short_to_hold_out_from_is_told() -> None:
    with pytest.raises(DataError, match="recipe: PLANT: 2 entries are too few"):
        generate(garden(entities={"PLANT": ["rose", "oak"], "DOSE": ["a", "b", "c", "d"]}), 1)


def test_a_unit_that_could_not_write_a_fraction_is_told() -> None:
    with pytest.raises(DataError, match="unit ml: the part `train` has no form in digits"):
        generate(garden(units={"ml": ["{n words} ml"]}), 1)


def test_a_held_out_phrase_that_training_uses_in_its_templates_cannot_pass() -> None:
    leaking = garden(
        entities={
            "PLANT": {"train": ["oak", "rose"], "validation": ["fern"], "test": ["iris"]},
            "DOSE": {"train": ["{1..90}"], "validation": ["{100..190}"], "test": ["{200..290}"]},
        },
        templates={"train": ["iris by {PLANT} {DOSE}"], "validation": ["{PLANT} {DOSE}"], "test": ["at {PLANT}"]},
        examples=10,
        without_entities=0,
    )
    with pytest.raises(DataError, match="the held-out phrase 'iris' stands in texts of training"):
        generate(leaking, 1)


def test_the_shipped_recipe_is_rich() -> None:
    recipe = resolve(load_profile("utility"), "ner").recipe
    assert isinstance(recipe, Recipe)
    assert len(recipe.entities["EQUIPMENT"].texts()) >= 60
    assert len(recipe.entities["STANDARD"].texts()) >= 30
    assert len(recipe.entities["EXEMPTION"].texts()) >= 25
    assert len(recipe.templates.texts()) >= 60
    generated = generate(recipe, 7)
    assert sum(map(len, generated.splits.values())) >= 500
    labels = {entity["label"] for row in generated.splits["test"] for entity in row["entities"]}
    assert labels == {"STANDARD", "MEASURE", "EQUIPMENT", "EXEMPTION"}
    assert generated.notes["redrawn"] < 300
