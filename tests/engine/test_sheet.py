"""A sheet comes back from a spreadsheet as it left, whatever that made of separators, encodings and columns."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from engine.sheet import Sheet, as_written, write_sheet

ROWS = [
    {"key": "f1-00c0ffee", "path": "Tôm, Æ/“Ruins”", "label": ""},
    {"key": "f2-00c0ffee", "path": "b;c", "label": "x"},
]


def rows_of(path: Path) -> list[dict[str, str]]:
    return [row.cells for row in Sheet(path)]


def test_what_is_written_is_what_excel_expects_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    assert write_sheet(path, ("key", "path", "label"), ROWS) == 2
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfkey,path,label\r\n") and rows_of(path) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_spreadsheets_may_save_as_they_like(tmp_path: Path, encoding: str, delimiter: str, quoting: int) -> None:
    path = tmp_path / "s.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        file.write("\ufeff" if encoding == "utf-16-le" else "")
        writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
        writer.writerow(["Notes", " Label ", "KEY", "path", ""])
        writer.writerows([["", row["label"], row["key"], row["path"], ""] for row in ROWS])
        writer.writerow(["", "", "", "", ""])
    assert [{name: row[name] for name in ("key", "path", "label")} for row in rows_of(path)] == ROWS


def test_excel_may_say_its_separator(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text('sep=;\r\nkey;label\r\nf1-0;"a\nb"\r\nf2-0;c\r\n')
    assert [(row.line, row.cell("label")) for row in Sheet(tmp_path / "s.csv")] == [(3, "a\nb"), (5, "c")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"key,label,label\n", "s.csv:1: the column 'label' stands twice"),
        (b'key,label\nf1,"open\nf2,x\n', "s.csv:2: a quote is opened and never closed"),
        (b"key,label\nf1,a,b\n", "s.csv:2: 3 fields where there should be 2"),
        (b"key,label\nf1,\0\n", "s.csv:2"),
        (b"\xff\xfek", "is not utf-16"),
        (b"key," + b"x" * (1 << 20) + b"\n", "longer than 1024 Ki letters"),
        (b'key,label\nf1,"' + b"x\n" * (1 << 17) + b'"', "s.csv:2"),
    ],
    ids=["empty", "doubled", "open quote", "too many", "nul", "torn", "long line", "long field"],
)
def test_what_is_no_sheet_is_said_in_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "s.csv").write_bytes(content)
    with pytest.raises(DataError) as caught:
        rows_of(tmp_path / "s.csv")
    assert said in str(caught.value)


def test_names_are_no_formulas_and_no_commands_for_a_terminal(tmp_path: Path) -> None:
    names = ["=HYPERLINK(1)", "+1", "-x", "@sum", "a\nb\x1b[2J", "'quoted", "地図　夜"]
    write_sheet(tmp_path / "s.csv", ("path",), [{"path": name} for name in names])
    cells = [row["path"] for row in rows_of(tmp_path / "s.csv")]
    assert cells == ["'=HYPERLINK(1)", "'+1", "'-x", "'@sum", r"a\nb\x1b[2J", "'quoted", "地図　夜"]
    assert [as_written(cell) for cell in cells[:4]] == names[:4] and as_written("'quoted") == "'quoted"


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=200))
def test_no_bytes_do_worse_than_an_error_of_the_user(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("sheet") / "s.csv"
    path.write_bytes(b"key,label\n" + content)
    with contextlib.suppress(DataError):
        assert all(set(row) <= {"key", "label"} for row in rows_of(path))
