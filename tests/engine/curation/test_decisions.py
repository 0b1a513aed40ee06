"""The decisions file comes back as it was written, and what cannot be understood is said with its line and column."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.curation.decisions import (
    COLUMNS,
    Decision,
    Known,
    checked_decision,
    decisions_from,
    read_decisions,
    write_decisions,
)
from engine.curation.findings import Entry, Finding
from engine.curation.suggestions import flag
from engine.errors import DataError, FinetopError

KNOWN = Known({("train", 1): "a.png", ("train", 2): "b.png", ("test", 1): "c.png"}, ("cat", "dog", "=cow"))
LINES = [
    Decision("a.png", "train", 1, "cat", ("leak", "blur"), 0.97, "c.png", "shows the same", "drop"),
    Decision(
        "b.png", "train", 2, "dog", ("label",), 0.8, "", "looks like cat", "relabel:cat", "keep", "it is a dog; see 3"
    ),
    Decision("c.png", "test", 1, "=cow", (), None, "", "", "keep", "relabel:=cow", "=1+1, “quoted”"),
]


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    assert write_decisions(path, LINES) == 3
    assert read_decisions(path, KNOWN) == LINES


def test_a_spreadsheet_may_save_it_with_semicolons_in_its_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_bytes("Picture;Split;Line;Decision;Note\r\na.png;train;1;DROP;für später\r\n;;;;\r\n".encode("cp1252"))
    (line,) = read_decisions(path, KNOWN)
    assert (line.settled, line.note, line.suggested) == ("drop", "für später", "keep")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a.png,train,1,maybe", ":2: column `decision`: 'maybe' is no decision; write keep, drop, relabel:NAME"),
        ("a.png,train,1,relabel:catt", ":2: column `decision`: 'catt' is no label of the dataset; write cat"),
        ("a.png,train,1,relabel:", ":2: column `decision`: '' is no label of the dataset; write one of cat, dog"),
        ("a.png,train,x,drop", ":2: column `line`: 'x' is no line number; leave split and line as they were"),
        ("a.png,train,-1,drop", ":2: column `line`: '-1' is no line number"),
        ("a.png,train,9,drop", ":2: column `line`: the dataset has no line 9 in the split 'train'"),
        ("a.png,tests,1,drop", ":2: column `line`: the dataset has no line 1 in the split 'tests'"),
        ("b.png,train,1,drop", ":2: column `picture`: line 1 of train shows a.png, not 'b.png'; use the file"),
        ("a.png,train,1,drop\na.png,train,1,keep", ":3: column `line`: line 1 of train is decided on twice"),
        ("a.png,train,1,drop,,,", None),
        ("a.png,train,1,drop,x", ":2: 5 fields where there should be 4"),
        ('a.png,train,1,"drop', ":2: a quote is opened and never closed"),
    ],
)
def test_a_line_that_cannot_be_understood_is_one_sentence(tmp_path: Path, row: str, said: str | None) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(f"picture,split,line,decision\n{row}\n")
    if said is None:
        assert len(read_decisions(path, KNOWN)) == 1
        return
    with pytest.raises(DataError) as raised:
        read_decisions(path, KNOWN)
    assert str(raised.value).startswith(f"{path}{said}") and "\n" not in str(raised.value)


def test_a_missing_column_a_long_note_and_a_missing_file_are_said(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text("picture,split,decision\na.png,train,drop\n")
    with pytest.raises(DataError, match="the column `line` is missing; keep the header picture, split, line"):
        read_decisions(path, KNOWN)
    path.write_text(f"picture,split,line,decision,note\na.png,train,1,drop,{'x' * 3000}\n")
    with pytest.raises(DataError, match="column `note`: it has 3000 letters"):
        read_decisions(path, KNOWN)
    with pytest.raises(FinetopError, match="no such file of decisions; run `engine data curate` first"):
        read_decisions(tmp_path / "gone.csv", KNOWN)


def test_a_picture_of_detection_has_no_label_to_change() -> None:
    with pytest.raises(ValueError, match="have boxes and no label"):
        checked_decision("relabel:cat", ())


def test_what_a_person_wrote_outlives_another_curation() -> None:
    entries = [Entry("train", 1, "a.png", "cat"), Entry("train", 2, "b.png", "dog"), Entry("test", 1, "c.png", "cat")]
    flagged = flag([Finding(0, "blur", 0.9, "soft")], entries)
    first, second = decisions_from(flagged, entries, [replace(LINES[0], decision="keep"), LINES[1]])
    assert (first.problems, first.suggested, first.settled) == (("blur",), "drop", "keep")
    assert second == replace(LINES[1], problems=(), score=None, why="", suggested="keep")
    assert (
        decisions_from(flagged, entries, [LINES[0]])[0].decision == ""
        and len(decisions_from([], entries, LINES)) == 2
    )


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))))
def test_no_bytes_do_worse_than_an_error_of_the_user(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for head in (b"", ",".join(COLUMNS).encode() + b"\n"):
        path.write_bytes(head + content)
        try:
            read_decisions(path, KNOWN)
        except DataError as problem:
            assert "\n" not in str(problem)
