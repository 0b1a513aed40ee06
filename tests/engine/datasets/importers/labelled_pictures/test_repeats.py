"""A picture is taken once; one with two labels not at all."""

from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def test_a_picture_that_stands_twice_is_kept_once_and_said(classes: Any, import_pictures: Any) -> None:
    folder = classes("ab", 10)
    copy(folder / "a" / "0.png", folder / "a" / "again.png")
    copy(folder / "b" / "0.png", folder / "b" / "again.png")
    _, summary = import_pictures(folder)
    assert sum(summary.rows.values()) == 20
    assert summary.notes[0] == (
        "2 pictures stand there again under the same label: each is kept once "
        f"(the first: {folder}/a/again.png is {folder}/a/0.png)"
    )


@pytest.mark.parametrize("held_out", ["test", "validation"])
def test_a_picture_in_two_splits_stays_in_the_one_held_out(
    classes: Any, import_pictures: Any, rows_of: Any, held_out: str
) -> None:
    for split in ("train", "validation", "test"):
        folder = classes("ab", 3, f"{split}/")
    copy(folder / "train" / "a" / "0.png", folder / held_out / "a" / "again.png")
    _, summary = import_pictures(folder)
    assert summary.rows == {"train": 5, "validation": 6, "test": 6, held_out: 7}
    assert "1 of them stood in two splits: each stays in the one held out" in summary.notes


def test_a_picture_with_two_labels_names_both_places(classes: Any, import_pictures: Any, workspace: Any) -> None:
    folder = classes("ab", 10)
    copy(folder / "a" / "3.png", folder / "b" / "other.png")
    with pytest.raises(DataError) as told:
        import_pictures(folder)
    assert str(told.value) == (
        f"{folder}/b/other.png: other.png, labelled 'b', is the same picture as that of {folder}/a/3.png, "
        "labelled 'a'; correct one of the labels, or remove both, or leave bad rows out with --skip-bad"
    )
    assert not workspace.root.exists()


def test_neither_label_is_believed_when_bad_rows_are_left_out(
    classes: Any, import_pictures: Any, rows_of: Any
) -> None:
    folder = classes("ab", 10)
    copy(folder / "a" / "3.png", folder / "b" / "other.png")
    copy(folder / "a" / "3.png", folder / "b" / "third.png")
    dataset, summary = import_pictures(folder, skip_bad=True)
    assert sum(summary.rows.values()) == 19
    assert summary.skipped == 2
    assert "1 pictures stand under two labels: neither was believed" in summary.notes
    assert dataset.is_intact()
