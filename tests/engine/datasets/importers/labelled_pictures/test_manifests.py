"""Manifests: which column is what, and where the pictures are."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError


def by_label(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["label"]: row for row in rows}


def table(*header: str, separator: str = ",") -> str:
    """Ten rows: the picture N.png, the label, and for each further column the value `COLUMN N`."""
    lines = [separator.join(header)]
    for number in range(10):
        cells = [f"{number}.png", "ab"[number % 2], *(f"{column} {number % 3}" for column in header[2:])]
        lines.append(separator.join(cells))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", table("path", "label")),
        ("x.csv", table("File_Name", "Category")),
        ("x.csv", table("path", "label", separator=";")),
        ("x.csv", "".join(f"{number}.png,{'ab'[number % 2]}\n" for number in range(10))),
        ("x.tsv", table("image", "class", separator="\t")),
        ("x.txt", table("image", "class", separator="\t")),
        ("x.txt", table("image", "class")),
        ("x.jsonl", "".join(json.dumps({"path": f"{n}.png", "label": "ab"[n % 2]}) + "\n" for n in range(10))),
        ("x.list", "".join(json.dumps({"image": f"{n}.png", "Label": "ab"[n % 2]}) + "\n" for n in range(10))),
        ("x.csv", "\ufeff" + table("path", "label").replace("\n", "\r\n")),
    ],
)
def test_a_manifest_is_read_in_every_format(
    manifest: Any, import_pictures: Any, rows_of: Any, name: str, content: str
) -> None:
    dataset, _ = import_pictures(manifest(content, name))
    assert sorted(row["label"] for row in rows_of(dataset)) == ["a"] * 5 + ["b"] * 5
    assert all(set(row) <= {"image", "width", "height", "label", "split"} for row in rows_of(dataset))


def test_a_folder_with_a_manifest_is_read_by_it(manifest: Any, folder: Path, import_pictures: Any) -> None:
    content = table("path", "label").splitlines(keepends=True)
    manifest("".join(content[:9]), "train.csv")
    manifest("".join(content[:1] + content[9:]), "test.csv")
    (folder / "weather.csv").write_text("day,rain\nMon,yes\n")
    _, summary = import_pictures(folder)
    assert summary.rows["test"] == 2
    assert summary.rows["train"] + summary.rows["validation"] == 8


def test_further_columns_are_conditions_and_empty_ones_say_nothing(
    manifest: Any, import_pictures: Any, rows_of: Any
) -> None:
    content = table("path", "label", "light", "Group", "age").replace("age 1", "")
    dataset, _ = import_pictures(manifest(content))
    rows = rows_of(dataset)
    assert {row["group"] for row in rows} == {"Group 0", "Group 1", "Group 2"}
    of_first, of_second = ([row for row in rows if row["group"] == f"Group {number}"] for number in (0, 1))
    assert {json.dumps(row["conditions"]) for row in of_first} == {'{"light": "light 0", "age": "age 0"}'}
    assert {json.dumps(row["conditions"]) for row in of_second} == {'{"light": "light 1"}'}


def test_columns_may_be_named(manifest: Any, import_pictures: Any, rows_of: Any) -> None:
    content = table("where", "who", "light", "day", "path", "label")
    dataset, _ = import_pictures(
        manifest(content),
        path_column="where",
        label_column="Who",
        group_columns=("day",),
        condition_columns=("light", "day"),
    )
    rows = rows_of(dataset)
    assert {row["label"] for row in rows} == {"a", "b"}
    assert all(row["conditions"] == {"light": f"light {row['group'][-1]}", "day": row["group"]} for row in rows)


def test_values_of_json_become_texts(manifest: Any, import_pictures: Any, rows_of: Any) -> None:
    lines = [{"path": f"{n}.png", "label": n % 2, "age": 30 + n % 3, "glasses": n % 2 == 0} for n in range(10)]
    lines[9]["late"] = "yes"
    dataset, _ = import_pictures(manifest("".join(json.dumps(line) + "\n" for line in lines), "x.jsonl"))
    rows = rows_of(dataset)
    assert {row["label"] for row in rows} == {"0", "1"}
    assert {row["conditions"]["glasses"] for row in rows} == {"true", "false"}
    assert sum("late" in row["conditions"] for row in rows) == 1


def test_rows_that_share_any_group_column_stay_together(manifest: Any, import_pictures: Any, rows_of: Any) -> None:
    # Pictures 0 and 1 share a person, 1 and 2 a day: the three are one group.
    people = ["p0", "p0", "p2", *(f"p{n}" for n in range(3, 10))]
    days = ["d0", "d1", "d1", *(f"d{n}" for n in range(3, 10))]
    lines = [f"{n}.png,{'ab'[n % 2]},{people[n]},{days[n]}\n" for n in range(10)]
    dataset, _ = import_pictures(
        manifest("path,label,person,day\n" + "".join(lines)),
        group_columns=("person", "day"),
        task="image-feature-extraction",
    )
    groups = [row["group"] for row in rows_of(dataset)]
    assert sorted(groups.count(group) for group in set(groups)) == [1] * 7 + [3]
    assert "person=p0 day=d0" in groups


def test_a_split_column_names_the_splits(manifest: Any, import_pictures: Any) -> None:
    content = "path,label,split\n" + "".join(
        f"{n}.png,{'ab'[n % 2]},{['TRAIN', 'val', 'test', 'training'][n % 4]}\n" for n in range(10)
    )
    _, summary = import_pictures(manifest(content))
    assert summary.rows == {"train": 5, "validation": 3, "test": 2}


def test_paths_of_another_machine_are_found_by_their_ending_and_said(
    folder: Path, draw: Any, import_pictures: Any
) -> None:
    names = ["/home/her/data/walks/{}.png", "../elsewhere/walks/{}.png", "C:\\data\\walks\\{}.png", "walks/{}.png"]
    for number in range(8):
        draw(f"walks/{number}.png")
    lines = [f"{names[n % 4].format(n)},{'ab'[n % 2]}\n" for n in range(8)]
    (folder / "x.csv").write_text("path,label\n" + "".join(lines))
    _, summary = import_pictures(folder / "x.csv")
    assert summary.notes[0] == "6 pictures of x.csv were found by the ending of their path"


def test_root_is_where_paths_begin(tmp_path: Path, draw: Any, folder: Path, import_pictures: Any) -> None:
    for number in range(10):
        draw(f"{number}.png")
    path = tmp_path / "labels.csv"
    path.write_text(table("path", "label"))
    with pytest.raises(DataError, match=r"labels\.csv:2: there is no picture '0\.png' under .*--root"):
        import_pictures(path)
    _, summary = import_pictures(path, root=str(folder))
    assert sum(summary.rows.values()) == 10


def test_a_column_of_numbers_is_said_to_be_no_condition(folder: Path, draw: Any, import_pictures: Any) -> None:
    lines = []
    for number in range(30):
        draw(f"{number}.png")
        lines.append(f"{number}.png,{'ab'[number % 2]},{number},{number % 3}\n")
    (folder / "x.csv").write_text("path,label,id,light\n" + "".join(lines))
    _, summary = import_pictures(folder / "x.csv")
    (note,) = (note for note in summary.notes if "condition" in note)
    assert note.startswith("the condition 'id' has 30 values for 30 pictures: no report can break down by it; name")
