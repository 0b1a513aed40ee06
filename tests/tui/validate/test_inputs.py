"""Files that people have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataError
from tui.validate.inputs import rows_of_file


def read(path: Path, predicts_on: str = "text") -> list[tuple[int, Any, str]]:
    return [(one.number, one.sample, one.problem.split(" (")[0]) for one in rows_of_file(path, predicts_on)]


@pytest.mark.parametrize(
    ("name", "content", "predicts_on", "rows"),
    [
        ("a.txt", "one\n\ntwo\n", "text", [(1, {"text": "one"}, ""), (3, {"text": "two"}, "")]),
        ("a.txt", '{"x": 1}\n', "text", [(1, {"text": '{"x": 1}'}, "")]),
        ("a.txt", "a\tb\nalone\n", "text pair", [(1, {"a": "a", "b": "b"}, ""), (2, None, "not two texts")]),
        (
            "a.jsonl",
            '{"text": "one", "label": "x"}\n"two"\nbad {\n[1]\n{"no": 1}\n',
            "text",
            [
                (1, {"text": "one", "label": "x"}, ""),
                (2, {"text": "two"}, ""),
                (3, None, "not JSON"),
                (4, None, "no object"),
                (5, None, "no text"),
            ],
        ),
        ("a.csv", 'id,text\n1,"one, two"\n2,\n', "text", [(2, {"text": "one, two"}, ""), (3, None, "no text")]),
        ("a.csv", "one\ntwo\n", "text", [(1, {"text": "one"}, ""), (2, {"text": "two"}, "")]),
        ("a.tsv", "B\tA\nb\ta\n", "text pair", [(2, {"a": "a", "b": "b"}, "")]),
    ],
)
def test_rows_come_with_their_numbers_and_a_bad_one_alone(
    tmp_path: Path, name: str, content: str, predicts_on: str, rows: Any
) -> None:
    (tmp_path / name).write_text(content)
    assert read(tmp_path / name, predicts_on) == rows


def test_pictures_come_from_a_folder_or_lie_beside_the_rows(tmp_path: Path) -> None:
    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert [row["image"] for _, row, _ in read(tmp_path, "image")] == [
        str(tmp_path / "a.JPG"),
        str(tmp_path / "b.png"),
    ]
    (tmp_path / "rows.jsonl").write_text('{"image": "b.png"}\n')
    assert read(tmp_path / "rows.jsonl", "image") == [(1, {"image": str(tmp_path / "b.png")}, "")]


def test_what_cannot_be_read_at_all_is_a_sentence(tmp_path: Path) -> None:
    for path, predicts_on, says in (
        (tmp_path / "gone.txt", "text", "no such file"),
        (tmp_path, "text", "a folder"),
        (tmp_path, "image", "no picture"),
    ):
        with pytest.raises(DataError, match=says):
            read(path, predicts_on)
    long = tmp_path / "long.txt"
    long.write_bytes(b"x" * (1 << 20) + b"xx\n")
    with pytest.raises(DataError, match="longer than 1 MiB"):
        read(long)


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfone\n\xff\xfe\n")
    assert read(tmp_path / "a.txt") == [(1, {"text": "one"}, ""), (2, None, "not UTF-8 text")]
