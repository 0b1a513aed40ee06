"""What is drawn when the files do not say it, and what people are told."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError

RETRIEVAL, IDENTIFICATION = "image-feature-extraction", "image-classification"


def people(draw: Any, folder: Path, count: int = 8, sessions: int = 4) -> Path:
    """A manifest of eight people, two pictures in each of their sessions."""
    lines = ["path,label,person,session"]
    for person in range(count):
        for number in range(2 * sessions):
            draw(f"{person}-{number}.png")
            lines.append(f"{person}-{number}.png,p{person},p{person},{person}-{number // 2}")
    path = folder / "people.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def splits_by(rows: list[dict[str, Any]], name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row[name], set()).add(row["split"])
    return found


def test_identification_finds_each_person_in_every_split(classes: Any, import_pictures: Any, rows_of: Any) -> None:
    dataset, summary = import_pictures(classes("abcdef", 4))
    assert set(map(len, splits_by(rows_of(dataset), "label").values())) == {3}
    assert summary.notes == (
        "drawn from the training rows: test 10%, validation 20%, within each label, so that a label of three "
        "pictures or more stands in every split; no groups are known (train 12, test 6, validation 6)",
    )


def test_retrieval_keeps_groups_whole(draw: Any, folder: Path, import_pictures: Any, rows_of: Any) -> None:
    dataset, summary = import_pictures(people(draw, folder), task=RETRIEVAL, group_columns=("person",))
    assert set(map(len, splits_by(rows_of(dataset), "group").values())) == {1}
    assert "every label spread as evenly as its groups allow; no group in two splits" in summary.notes[0]
    assert any("labels of test do not stand in train" in note for note in summary.notes)
    assert {row["slice"] for row in dataset.rows("test")} == {"unseen"}


def test_within_each_label_sessions_stay_whole(draw: Any, folder: Path, import_pictures: Any, rows_of: Any) -> None:
    dataset, _ = import_pictures(people(draw, folder), group_columns=("session",), split_by="within")
    rows = rows_of(dataset)
    assert set(map(len, splits_by(rows, "group").values())) == {1}
    assert set(map(len, splits_by(rows, "label").values())) == {3}


def test_a_person_cannot_be_in_two_splits_and_in_one(draw: Any, folder: Path, import_pictures: Any) -> None:
    with pytest.raises(DataError, match="--split-by within: each label has one group alone, which cannot be in two"):
        import_pictures(people(draw, folder), group_columns=("person",), split_by="within")


def test_labels_may_be_put_aside_whole(draw: Any, folder: Path, import_pictures: Any, rows_of: Any) -> None:
    dataset, summary = import_pictures(people(draw, folder), unseen_share=0.25, split_by="within")
    known = {row["label"] for row in dataset.rows("train")}
    assert {row["label"] for row in dataset.rows("validation")} == known
    test = dataset.rows("test")
    assert len(known) == 6
    assert all(row["slice"] == ("seen" if row["label"] in known else "unseen") for row in test)
    assert Counter(row["slice"] for row in test) == {"unseen": 16, "seen": 6}
    assert summary.notes[0].startswith("2 of 8 labels, with 16 pictures, stand in test alone (slice unseen): p")
    assert not any("do not stand in train" in note for note in summary.notes)


def test_labels_that_share_a_group_go_aside_together(draw: Any, folder: Path, import_pictures: Any) -> None:
    lines = ["path,label,group"]
    for number in range(24):
        draw(f"{number}.png")
        lines.append(f"{number}.png,{'abcdef'[number % 6]},{'xyz'[number % 6 // 2]}{number // 6}")
    (folder / "x.csv").write_text("\n".join(lines))
    dataset, _ = import_pictures(folder / "x.csv", unseen_share=0.34, task=RETRIEVAL)
    unseen = {row["label"] for row in dataset.rows("test") if row["slice"] == "unseen"}
    assert unseen in ({"a", "b"}, {"c", "d"}, {"e", "f"})


@pytest.mark.parametrize(
    ("labels", "share", "says"),
    [
        ("ab", 0.5, "50% of 2 labels cannot be put aside whole"),
        ("a", 0.5, "50% of 1 labels cannot be put aside whole"),
        ("abcd", 0.9, "90% of 4 labels cannot be put aside whole"),
    ],
)
def test_too_few_labels_cannot_be_put_aside(
    classes: Any, import_pictures: Any, labels: str, share: float, says: str
) -> None:
    with pytest.raises(DataError, match=says):
        import_pictures(classes(labels, 4), unseen_share=share)


def test_no_labels_are_put_aside_where_the_sources_name_the_splits(classes: Any, import_pictures: Any) -> None:
    classes("ab", 4, "train/")
    folder = classes("ab", 2, "test/")
    with pytest.raises(DataError, match="--unseen-share: no labels can be put aside where the sources name"):
        import_pictures(folder, unseen_share=0.5)


def test_a_test_is_drawn_from_training_and_leaves_groups_of_validation_alone(
    draw: Any, folder: Path, import_pictures: Any, rows_of: Any
) -> None:
    lines = ["path,label,group,split"]
    for number in range(40):
        draw(f"{number}.png")
        group = number // 4
        split = "validation" if number % 4 == 0 and group < 5 else "train"
        lines.append(f"{number}.png,{'ab'[group % 2]},g{group},{split}")
    (folder / "x.csv").write_text("\n".join(lines))
    dataset, summary = import_pictures(folder / "x.csv", task=RETRIEVAL)
    tested = {row["group"] for row in dataset.rows("test")}
    assert tested and not tested & {f"g{group}" for group in range(5)}
    assert "5 groups stand in several splits, as the sources name them: g0, g1, g2, g3, g4" in summary.notes


def test_a_label_with_a_single_picture_is_learnt_and_said(classes: Any, draw: Any, import_pictures: Any) -> None:
    folder = classes("ab", 10)
    for label in ("lonely", "alone"):
        draw(f"{label}/0.png")
    for task in (RETRIEVAL, IDENTIFICATION):
        dataset, summary = import_pictures(folder, task=task)
        assert {"alone", "lonely"} <= dataset.manifest.classes["train"].keys()
        assert "2 labels have a single picture: alone, lonely" in summary.notes


def test_one_label_alone_is_said(classes: Any, import_pictures: Any) -> None:
    _, summary = import_pictures(classes("a", 10))
    assert any(note.startswith("there is one label alone (a): nothing can be told apart") for note in summary.notes)


def test_the_same_pictures_elsewhere_make_the_same_dataset(
    classes: Any, folder: Path, tmp_path: Path, import_pictures: Any
) -> None:
    first, _ = import_pictures(classes("abc", 7))
    folder.rename(tmp_path / "moved")
    again, _ = import_pictures(tmp_path / "moved")
    other, _ = import_pictures(tmp_path / "moved", split_seed=8)
    assert first.id == again.id != other.id
