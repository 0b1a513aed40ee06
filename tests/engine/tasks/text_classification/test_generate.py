"""Rows of a drawn library: texts by the template, no text twice, creators apart."""

from __future__ import annotations

from collections import Counter

import pytest
from pydantic import ValidationError

from engine.errors import DataError
from engine.tasks.contract import Generated
from engine.tasks.text_classification.data import problem_with
from engine.tasks.text_classification.generate import generate
from engine.tasks.text_classification.recipe import Recipe

SMALL = Recipe(folders=1200, per_label=20, held_out_per_label=10, junk=0.4)


@pytest.fixture(scope="module")
def made() -> Generated:
    return generate(SMALL, 7)


def test_rows_can_be_trained_on_and_say_where_they_are_from(made: Generated) -> None:
    for rows in made.splits.values():
        for row in rows:
            assert problem_with(row) is None
            assert row["group"] and row["path"]


def test_no_text_stands_twice(made: Generated) -> None:
    texts = [row["text"] for rows in made.splits.values() for row in rows]
    assert len(texts) == len(set(texts))


def test_no_creator_is_in_two_splits_so_the_whole_test_is_unseen(made: Generated) -> None:
    creators = [{row["group"] for row in rows} for rows in made.splits.values()]
    assert sum(map(len, creators)) == len(set.union(*creators))
    assert {row["slice"] for row in made.splits["test"]} == {"unseen"}


def test_a_plain_split_has_creators_that_training_saw() -> None:
    test = generate(SMALL.model_copy(update={"split": "plain"}), 7).splits["test"]
    assert Counter(row["slice"] for row in test)["seen"] > len(test) / 2


def test_no_label_has_more_rows_than_the_recipe_says(made: Generated) -> None:
    assert max(Counter(row["label"] for row in made.splits["train"]).values()) == 20
    assert max(Counter(row["label"] for row in made.splits["test"]).values()) == 10


def test_the_same_seed_makes_the_same_rows_and_another_seed_others(made: Generated) -> None:
    assert generate(SMALL, 7).splits == made.splits
    assert generate(SMALL, 8).splits != made.splits


def test_the_recipe_says_whose_labels_the_rows_have() -> None:
    rows = generate(SMALL.model_copy(update={"taxonomy": "v2"}), 7).splits["train"]
    assert "theme_or_genre" in {row["label"] for row in rows}


def test_texts_follow_the_template() -> None:
    recipe = SMALL.model_copy(update={"template": "{creator}: {name}"})
    assert all(row["text"].startswith(row["group"]) for row in generate(recipe, 7).splits["train"])


def test_a_template_that_names_no_known_field_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"names \{author\}; use \{name\}"):
        Recipe(template="{author}")


def test_a_library_too_small_for_its_labels_says_so() -> None:
    with pytest.raises(DataError, match="raise `folders`"):
        generate(Recipe(folders=300), 7)


def test_no_creator_gives_a_second_folder_of_a_label_before_every_other_gave_one() -> None:
    made = generate(Recipe(folders=3000, per_label=12, held_out_per_label=8), seed=4)
    whole = generate(Recipe(folders=3000, per_label=0, held_out_per_label=0), seed=4)
    for name, most in (("train", 12), ("validation", 8), ("test", 8)):
        creators: dict[str, Counter[str]] = {}
        for row in made.splits[name]:
            creators.setdefault(row["label"], Counter())[row["group"]] += 1
        for label, counts in creators.items():
            there = {row["group"] for row in whole.splits[name] if row["label"] == label}
            assert len(counts) == min(len(there), sum(counts.values())) or max(counts.values()) == 1
            assert sum(counts.values()) <= most
