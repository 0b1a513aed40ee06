"""Sheets: CSV for people who work in a spreadsheet, and back, whatever Excel or LibreOffice made of it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from engine.errors import DataError
from engine.files import atomic_file
from engine.profiles.problems import printable

MAX_FILE_BYTES = 256 << 20
MAX_LINE_LETTERS = 1 << 20
_FORMULA = tuple("=+-@\t\r")
"""With these a cell begins that a spreadsheet would take for a formula (OWASP, CSV injection)."""
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    """Write rows under a header; how many. UTF-8 with its mark and CRLF, as Excel expects; whole or not at all."""
    count = 0
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_harmless(row.get(column, "")) for column in columns])
            count += 1
    return count


@dataclass(frozen=True)
class SheetRow:
    """A row with its place; cells by the names of their columns in small letters, without blanks around them."""

    line: int
    cells: dict[str, str]

    def cell(self, column: str) -> str:
        """What stands there; empty where there is no such column."""
        return self.cells.get(column, "")


@dataclass
class Sheet:
    """A CSV file that is read row by row. Raises DataError with file and line for what is no CSV."""

    path: Path
    columns: tuple[str, ...] = field(default=())
    """Known once reading has begun."""

    def __iter__(self) -> Iterator[SheetRow]:
        encoding = _encoding(self.path)
        with self.path.open(encoding=encoding, newline="") as file:
            lines = _Lines(file, self.path)
            delimiter = _delimiter(lines)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            header: tuple[str, ...] | None = None
            while True:
                first_line = lines.number + 1
                try:
                    fields = next(reader, None)
                except csv.Error as problem:
                    raise _broken(self.path, first_line, problem) from None
                if fields is None:
                    break
                if header is None:
                    header = self.columns = _header(fields, self.path, first_line)
                elif any(one.strip() for one in fields):
                    yield SheetRow(first_line, _cells(header, fields, self.path, first_line))
        if header is None:
            raise DataError("the file is empty", where=str(self.path), fix="give a sheet with a header")


class _Lines:
    """Lines with their ends, of bounded length, and the number of the last one."""

    def __init__(self, file: IO[str], path: Path) -> None:
        self._file, self._path, self._again = file, path, ""
        self.number = 0

    def first(self) -> str:
        """The first line, which is then read again."""
        self._again = self._file.readline(MAX_LINE_LETTERS)
        return self._again

    def skip(self) -> None:
        """Pass over the first line."""
        self._again = ""
        self.number += 1

    def __iter__(self) -> Iterator[str]:
        while line := self._again or self._file.readline(MAX_LINE_LETTERS):
            self._again = ""
            self.number += 1
            where = f"{self._path}:{self.number}"
            if len(line) >= MAX_LINE_LETTERS:
                what = f"the line is longer than {MAX_LINE_LETTERS >> 10} Ki letters"
                raise DataError(what, where=where, fix="check that this is a CSV file")
            if "\0" in line:
                raise DataError("the line holds a NUL, which no text has", where=where, fix="save it as CSV in UTF-8")
            yield line


def _encoding(path: Path) -> str:
    """By the mark at its beginning; else UTF-8 where it is that, else what Excel writes in Western Europe."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            what = f"the file has {size >> 20} MiB, more than the {MAX_FILE_BYTES >> 20} that are read"
            raise DataError(what, where=str(path), fix="split it into several files")
        with path.open("rb") as file:
            start = file.read(3)
        for mark, encoding in _MARKS.items():
            if start.startswith(mark):
                return _checked(path, encoding)
        return "utf-8" if _decodes(path, "utf-8") else "cp1252" if _decodes(path, "cp1252") else "latin-1"
    except OSError as problem:
        what = f"cannot be read ({problem.strerror})"
        raise DataError(what, where=str(path), fix="check the path and its permissions") from problem


def _checked(path: Path, encoding: str) -> str:
    if not _decodes(path, encoding):
        raise DataError(f"is not {encoding}, as its first bytes say", where=str(path), fix="save it as UTF-8")
    return encoding


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeError:
        return False
    return True


def _delimiter(lines: _Lines) -> str:
    """Comma, semicolon or tab, whichever parts the header most often; Excel may say it in a line `sep=;`."""
    first = lines.first()
    said = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE | re.DOTALL)
    if said:
        lines.skip()
        return said[1]
    return max(",;\t", key=lambda sign: first.count(sign))


def _header(fields: Sequence[str], path: Path, line: int) -> tuple[str, ...]:
    names = [name.strip().strip("\ufeff").strip().lower() for name in fields]
    while names and not names[-1]:
        names.pop()
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled is not None:
        what = f"the column {printable(doubled)!r} stands twice"
        raise DataError(what, where=f"{path}:{line}", fix="give each column its own name")
    return tuple(names)


def _cells(header: tuple[str, ...], fields: Sequence[str], path: Path, line: int) -> dict[str, str]:
    if any(one.strip() for one in fields[len(header) :]):
        what = f"{len(fields)} fields where there should be {len(header)}"
        raise DataError(what, where=f"{path}:{line}", fix="put quotes round a field that holds the separator")
    return {name: value.strip() for name, value in zip(header, fields, strict=False) if name}


def _broken(path: Path, line: int, problem: csv.Error) -> DataError:
    unclosed = "unexpected end" in str(problem) or "field larger" in str(problem)
    what = "a quote is opened and never closed" if unclosed else f"the row is not CSV ({problem})"
    return DataError(what, where=f"{path}:{line}", fix="save the sheet anew as CSV")


def _harmless(cell: str) -> str:
    """The cell in such a way that no spreadsheet runs it, on one line."""
    if not cell.isprintable():
        # The wide blank of Japanese names is no control character.
        cell = "".join(char if unicodedata.category(char) == "Zs" else printable(char) for char in cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_written(cell: str) -> str:
    """What `write_sheet` was given, as far as that can be told."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
