"""Datasets of drawn targets: the same everywhere, sequences whole, with a test that surprises."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.datasets.files import content_name
from engine.tasks.contract import Row
from engine.tasks.image_feature_extraction.data import problem_with
from engine.tasks.image_feature_extraction.generate import generate
from engine.tasks.image_feature_extraction.recipe import TARGETS, Recipe

CODE = """
import hashlib
from engine.tasks.image_feature_extraction.generate import generate
from engine.tasks.image_feature_extraction.recipe import Recipe
made = generate(Recipe(images=20), 7)
print(hashlib.sha256(repr((made.splits, sorted(made.files))).encode()).hexdigest())
"""


def small(**changes: Any) -> Recipe:
    return Recipe.model_validate({"images": 60, "size": [32, 32], **changes})


def places(rows: list[Row]) -> set[str]:
    return {row["conditions"]["background"] for row in rows}


@pytest.mark.slow
def test_two_processes_with_other_hash_seeds_draw_the_same() -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", CODE], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


@pytest.mark.parametrize(("bits", "mode"), [(8, "L"), (16, "I;16")])
def test_every_row_is_usable_and_names_a_grey_picture_of_its_size(bits: int, mode: str) -> None:
    made = generate(small(bits=bits, images=30, size=[48, 32]), 3)
    rows = [row for split in made.splits.values() for row in split]
    assert {row["image"] for row in rows} == {f"files/{name}" for name in made.files}
    assert len(made.files) == len(rows) == 30
    for row in rows:
        assert problem_with(row) is None
        assert set(row["conditions"]) == {"range", "state", "polarity", "background"}
    for name, data in made.files.items():
        assert name == content_name(data, ".png")
        image = Image.open(io.BytesIO(data))
        assert (image.mode, image.size) == (mode, (48, 32))


def test_sixteen_bits_show_what_eight_bits_show() -> None:
    few, many = (generate(small(bits=bits, images=20), 5) for bits in (8, 16))
    for coarse, fine in zip(few.splits["train"], many.splits["train"], strict=True):
        levels = [
            np.asarray(Image.open(io.BytesIO(made.files[row["image"][6:]])), dtype=np.float64)
            for made, row in ((few, coarse), (many, fine))
        ]
        assert np.abs(levels[0] / 255 - levels[1] / 65535).max() < 0.003


def test_splits_have_their_sizes_the_test_its_slices_and_classes_are_even() -> None:
    splits = generate(small(images=100, frames=1), 1).splits
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 60, "validation": 20, "test": 20}
    assert sorted(row["slice"] for row in splits["test"]) == ["seen"] * 10 + ["unseen"] * 10
    assert not any("slice" in row for row in splits["train"] + splits["validation"])
    counts = [sum(row["label"] == label for row in splits["train"]) for label in TARGETS]
    assert min(counts) == max(counts) == 6


def test_a_sequence_is_one_target_in_one_place_and_in_one_split() -> None:
    splits = generate(small(images=100, frames=4), 2).splits
    seen: dict[str, tuple[str, str, str, str]] = {}
    for name, rows in splits.items():
        for row in rows:
            conditions = row["conditions"]
            what = (name, row["label"], conditions["background"], conditions["polarity"])
            assert seen.setdefault(row["group"], what) == what
    assert max(sum(row["group"] == group for row in splits["train"]) for group in seen) == 4


def test_what_the_test_is_surprised_by_stands_in_no_other_split() -> None:
    splits = generate(small(images=120, frames=1), 2).splits
    unseen = places([row for row in splits["test"] if row["slice"] == "unseen"])
    seen = places([row for row in splits["test"] if row["slice"] == "seen"])
    assert unseen and not unseen & places(splits["train"] + splits["validation"])
    assert seen <= places(splits["train"])
    assert places(splits["validation"]) - places(splits["train"])


def test_the_same_seed_draws_the_same_and_another_seed_other_pictures() -> None:
    recipe = small(images=20)
    assert generate(recipe, 5) == generate(recipe, 5)
    assert not generate(recipe, 5).files.keys() & generate(recipe, 6).files.keys()


def test_more_pictures_leave_those_that_were_there_as_they_were() -> None:
    few = {row["image"] for row in generate(small(images=30), 5).splits["train"]}
    many = {row["image"] for row in generate(small(images=60), 5).splits["train"]}
    assert few < many


def test_longer_sequences_begin_as_the_short_ones() -> None:
    short = {row["image"] for row in generate(small(frames=1, images=20), 5).splits["train"]}
    long = {row["image"] for row in generate(small(frames=3, images=60), 5).splits["train"]}
    assert short < long


def test_classes_that_are_not_asked_for_are_not_drawn() -> None:
    splits = generate(small(classes=["car", "truck"], images=20), 1).splits
    assert {row["label"] for rows in splits.values() for row in rows} == {"car", "truck"}


def test_black_hot_is_as_frequent_as_asked_for() -> None:
    for share, expected in ((0.0, {"white-hot"}), (1.0, {"black-hot"})):
        rows = generate(small(images=20, camera={"black_hot": share}), 1).splits["train"]
        assert {row["conditions"]["polarity"] for row in rows} == expected


def test_the_manifest_says_that_the_pictures_are_drawn_and_what_the_slices_are() -> None:
    notes = generate(small(images=20), 1).notes
    assert "drawn by a program" in str(notes["images"]) and "`unseen`" in str(notes["test"])


def test_a_dataset_of_targets_is_stored_and_found_again(tmp_path: Path) -> None:
    from engine.datasets.generate import dataset_for
    from engine.labelled_pictures import picture_path
    from engine.profiles import load_profile, resolve
    from engine.workspace import Workspace

    profile = tmp_path / "p.yaml"
    profile.write_text(
        "finetop: 1\nname: p\ntitle: t\nmodels:\n  m:\n    task: image-feature-extraction\n"
        "    data: {recipe: {images: 20, size: [32, 32]}}\n"
    )
    resolved = resolve(load_profile(str(profile)), "m")
    workspace = Workspace(tmp_path / "workspace")
    dataset = dataset_for(workspace, resolved)
    assert dataset_for(workspace, resolved).manifest.created == dataset.manifest.created
    Image.open(picture_path(dataset.path, dataset.rows("train")[0])).load()
