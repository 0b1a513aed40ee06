"""Class folders: the folder's name is the label, and the folder above may be a split."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError

PUBLIC = Path(os.environ.get("FINETOP_SHARED_DATA", Path(__file__).parents[5].parent / "shared" / "data"))
public_data = pytest.mark.skipif(not PUBLIC.exists(), reason="the public data sets are not on this machine")


def test_the_folder_is_the_label(classes: Any, import_pictures: Any, rows_of: Any) -> None:
    dataset, summary = import_pictures(classes("ab", 10))
    assert Counter(row["label"] for row in rows_of(dataset)) == {"a": 10, "b": 10}
    assert summary.rows == {"train": 14, "validation": 4, "test": 2}
    row = dataset.rows("train")[0]
    assert row == {"image": row["image"], "width": 8, "height": 6, "label": "a"}
    assert (dataset.path / row["image"]).is_file()
    assert dataset.is_intact()


def test_folders_of_splits_stand_above_those_of_classes(classes: Any, import_pictures: Any, rows_of: Any) -> None:
    classes("ab", 6, "training/")
    dataset, summary = import_pictures(classes("ab", 2, "valid/"))
    assert summary.rows["validation"] == 4
    assert summary.rows["train"] + summary.rows["test"] == 12
    assert Counter(row["label"] for row in rows_of(dataset)) == {"a": 8, "b": 8}


def test_a_class_may_be_called_like_a_split(classes: Any, import_pictures: Any) -> None:
    folder = classes("ab", 10)
    (folder / "a").rename(folder / "train")
    (folder / "b").rename(folder / "bus")
    dataset, _ = import_pictures(folder)
    assert dataset.manifest.classes["train"] == {"bus": 7, "train": 7}


def test_sources_may_name_the_splits(classes: Any, import_pictures: Any) -> None:
    folder = classes("ab", 3, "one/")
    classes("ab", 2, "two/")
    classes("ab", 1, "three/")
    _, summary = import_pictures(f"train={folder / 'one'}", f"dev={folder / 'two'}", f"test={folder / 'three'}")
    assert summary.rows == {"train": 6, "validation": 4, "test": 2}


def test_a_folder_inside_a_class_is_a_group(draw: Any, folder: Path, import_pictures: Any, rows_of: Any) -> None:
    for label in "ab":
        for number in range(40):
            draw(f"{label}/walk {number // 4}/{number}.png")
    dataset, summary = import_pictures(folder)
    owners: dict[str, set[str]] = {}
    for row in rows_of(dataset):
        owners.setdefault(row["group"], set()).add(row["split"])
    assert len(owners) == 20
    assert all(len(own) == 1 for own in owners.values())
    assert summary.rows == {"train": 56, "validation": 16, "test": 8}
    assert "no group in two splits" in summary.notes[0]


def test_pictures_that_an_export_made_of_one_photograph_are_a_group(
    draw: Any, folder: Path, import_pictures: Any, rows_of: Any
) -> None:
    for number in range(20):
        draw(f"a/photo{number // 2}.rf.{number:04x}.png")
    dataset, _ = import_pictures(folder)
    owners: dict[str, set[str]] = {}
    for row in rows_of(dataset):
        owners.setdefault(row["group"], set()).add(row["split"])
    assert all(len(own) == 1 for own in owners.values())


def test_what_is_left_out_is_said(classes: Any, draw: Any, import_pictures: Any) -> None:
    folder = classes("ab", 10)
    (folder / "a" / "notes.txt").write_text("seen at noon")
    (folder / "c").mkdir()
    (folder / ".hidden").mkdir()
    draw(".hidden/x.png")
    draw("stray.png")
    _, summary = import_pictures(folder)
    notes = "\n".join(summary.notes)
    assert (
        f"2 files are not named like pictures or lie in no class folder: left out (the first: {folder}/a/n" in notes
    )
    assert "1 class folders hold no picture: c" in notes


def test_labels_that_differ_in_writing_alone_are_named(classes: Any, draw: Any, import_pictures: Any) -> None:
    folder = classes("ab", 10)
    (folder / "a").rename(folder / "Hot-Spot")
    (folder / "b").rename(folder / "hot spot")
    _, summary = import_pictures(folder)
    assert "labels that differ in writing alone: Hot-Spot, hot spot" in summary.notes


def test_the_same_name_in_other_code_points_is_one_label(
    classes: Any, folder: Path, import_pictures: Any, rows_of: Any
) -> None:
    classes("ab", 10)
    (folder / "a").rename(folder / "Andr\u00e9")
    (folder / "b").rename(folder / "Andre\u0301")
    dataset, _ = import_pictures(folder)
    assert {row["label"] for row in rows_of(dataset)} == {"Andr\u00e9"}


def test_a_folder_whose_name_is_no_text_is_read(classes: Any, folder: Path, import_pictures: Any) -> None:
    classes("ab", 10)
    (folder / "notes.txt").write_text("x")
    odd = folder.rename(folder.with_name("\udcff"))
    (odd / "a" / "\udcfe.txt").write_text("x")
    dataset, summary = import_pictures(odd)
    assert sum(summary.rows.values()) == 20
    assert dataset.manifest.origins[0]["path"].endswith("\\udcff")


@public_data
@pytest.mark.shared_data
def test_faces_are_split_within_each_person(import_pictures: Any) -> None:
    dataset, summary = import_pictures(PUBLIC / "faces" / "orl")
    assert summary.rows == {"train": 280, "validation": 80, "test": 40}
    assert set(dataset.manifest.classes["train"].values()) == {7}
    assert set(dataset.manifest.classes["validation"].values()) == {2}
    assert set(dataset.manifest.classes["test"].values()) == {1}


@pytest.mark.slow
@public_data
@pytest.mark.shared_data
def test_solar_modules_hold_one_picture_with_two_labels(import_pictures: Any) -> None:
    source = PUBLIC / "infrared" / "solar-modules"
    with pytest.raises(
        DataError, match=r"4518\.jpg, labelled 'Cell-Multi', is the same picture as that of .*161\.jpg"
    ):
        import_pictures(source, task="image-feature-extraction")
    dataset, summary = import_pictures(source, task="image-feature-extraction", skip_bad=True)
    assert sum(summary.rows.values()) == 1318
    assert summary.rows["validation"] == 359
    assert len(dataset.manifest.classes["test"]) == 12
