"""Datasets of drawn portraits: the same everywhere, with people whom only the test shows."""

import io
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.datasets.files import content_name
from engine.tasks.contract import Row
from engine.tasks.image_classification.data import problem_with
from engine.tasks.image_classification.generate import generate
from engine.tasks.image_classification.recipe import Recipe

CODE = """
import hashlib
from engine.tasks.image_classification.generate import generate
from engine.tasks.image_classification.recipe import Recipe
made = generate(Recipe(images=20, people=3, unseen_people=3), 7)
print(hashlib.sha256(repr((made.splits, sorted(made.files))).encode()).hexdigest())
"""


def small(**changes: Any) -> Recipe:
    return Recipe.model_validate({"images": 40, "people": 3, "unseen_people": 3, "size": [32, 32], **changes})


def labels(rows: list[Row], part: str | None = None) -> set[str]:
    return {row["label"] for row in rows if part is None or row["slice"] == part}


@pytest.mark.slow
def test_two_processes_with_other_hash_seeds_draw_the_same() -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", CODE], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


@pytest.mark.parametrize(("grey", "mode"), [(False, "RGB"), (True, "L")])
def test_every_row_is_usable_and_names_a_picture_of_its_size(grey: bool, mode: str) -> None:
    made = generate(small(grey=grey, size=[48, 40], images=24), 3)
    rows = [row for split in made.splits.values() for row in split]
    assert {row["image"] for row in rows} == {f"files/{name}" for name in made.files}
    assert len(made.files) == len(rows) == 24
    for row in rows:
        assert problem_with(row) is None
        assert set(row["conditions"]) == {"light", "angle", "expression", "occlusion", "tone", "age"}
    for name, data in made.files.items():
        assert name == content_name(data, ".png")
        image = Image.open(io.BytesIO(data))
        assert (image.mode, image.size) == (mode, (48, 40))


def test_known_people_are_in_every_split_and_the_others_in_the_test_alone() -> None:
    splits = generate(small(images=60), 1).splits
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 36, "validation": 9, "test": 15}
    known = {"person-01", "person-02", "person-03"}
    assert labels(splits["train"]) == labels(splits["validation"]) == labels(splits["test"], "seen") == known
    assert labels(splits["test"], "unseen") == {"person-04", "person-05", "person-06"}
    assert not any("slice" in row for row in splits["train"] + splits["validation"])
    assert set(Counter(row["label"] for row in splits["train"]).values()) == {12}


def test_tone_and_age_are_of_the_person_and_the_rest_is_of_the_picture() -> None:
    rows = generate(small(images=60), 1).splits["train"]
    for label in labels(rows):
        mine = [row["conditions"] for row in rows if row["label"] == label]
        assert all(len({one[name] for one in mine}) == 1 for name in ("tone", "age"))
        assert all(len({one[name] for one in mine}) > 1 for name in ("light", "angle", "expression", "occlusion"))


def test_every_tone_and_both_ages_are_among_seen_and_unseen_people() -> None:
    recipe = small(people=9, unseen_people=9, images=72, splits=[0.25, 0.25, 0.5])
    test = generate(recipe, 4).splits["test"]
    for part in ("seen", "unseen"):
        rows = [row["conditions"] for row in test if row["slice"] == part]
        assert {row["tone"] for row in rows} == {"light", "medium", "dark"}
        assert {row["age"] for row in rows} == {"young", "old"}


def test_the_same_seed_draws_the_same_and_another_seed_other_pictures() -> None:
    recipe = small(images=20)
    assert generate(recipe, 5) == generate(recipe, 5)
    assert not generate(recipe, 5).files.keys() & generate(recipe, 6).files.keys()


def test_more_pictures_leave_those_that_were_there_as_they_were() -> None:
    few, many = (generate(small(images=images), 5).splits for images in (20, 40))
    assert {row["image"] for row in few["train"]} < {row["image"] for row in many["train"]}


def test_more_people_leave_the_first_who_they_were() -> None:
    few, many = (
        {row["label"]: (row["conditions"]["tone"], row["conditions"]["age"]) for row in made.splits["train"]}
        for made in (generate(small(people=people, images=40), 5) for people in (3, 6))
    )
    assert few.items() < many.items()


def test_plain_pictures_can_be_asked_for() -> None:
    plain = dict.fromkeys(("light", "angle", "expression", "occlusion"), 0)
    rows = generate(small(images=20, conditions=plain), 1).splits["train"]
    assert {tuple(row["conditions"].values())[:4] for row in rows} == {("frontal", "front", "neutral", "none")}


def test_no_people_need_be_unseen() -> None:
    splits = generate(small(unseen_people=0, seen_share=1, images=20), 1).splits
    assert {row["slice"] for row in splits["test"]} == {"seen"}


def test_the_manifest_says_that_nobody_is_shown_and_what_the_slices_are() -> None:
    notes = generate(small(images=20), 1).notes
    assert "drawn by a program" in str(notes["images"]) and "`unseen`" in str(notes["test"])


@pytest.mark.slow
def test_a_dataset_of_portraits_is_stored(tmp_path: Path) -> None:
    from engine.datasets.store import write_dataset
    from engine.labelled_pictures import count_classes, picture_path
    from engine.workspace import Workspace

    made = generate(small(images=20), 1)
    dataset = write_dataset(
        Workspace(tmp_path),
        task="image-classification",
        profile="p",
        model="m",
        splits=made.splits,
        classes={name: count_classes(rows) for name, rows in made.splits.items()},
        source="recipe",
        notes=made.notes,
        files=made.files,
    )
    Image.open(picture_path(dataset.path, dataset.rows("train")[0])).load()
