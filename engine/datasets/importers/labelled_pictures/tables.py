"""The rows of a manifest, whatever its format, and the names of its columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.importers.found import Problems
from engine.datasets.importers.labelled_pictures.columns import WITHOUT_HEADER, without_header
from engine.datasets.importers.lines import Lines
from engine.datasets.importers.records import Record, csv_rows, json_records, tsv_rows
from engine.errors import DataError

MANIFESTS = ("csv", "tsv", "jsonl")
MOST_COLUMNS = 1000


@dataclass(frozen=True)
class Table:
    """Columns, and rows that are read as they are asked for."""

    names: list[str]
    """In lower case, as the file has them."""
    where: str
    """The place of the names, for messages."""
    records: Iterator[tuple[str, Record]]
    lines: Lines
    """Its size and SHA-256 hold when all rows are read."""


def read_table(path: Path, format: str, encoding: str, problems: Problems) -> Table:
    """Open a manifest in one of the formats MANIFESTS. Raises DataError for an empty one."""
    lines = Lines(path, encoding, problems)
    if format == "jsonl":
        names = _names_in(Lines(path, encoding, Problems(skip=True)))
        if not names:
            for _ in json_records(lines, problems):
                pass  # a line that is no object says so
            raise _empty(path)
        return Table(names, str(path), json_records(lines, problems), lines)
    rows = csv_rows(lines, problems) if format == "csv" else tsv_rows(lines)
    first = next(rows, None)
    if first is None:
        raise _empty(path)
    where, fields = first
    names = [field.strip().lower() for field in fields]
    if without_header(fields):
        names, rows = list(WITHOUT_HEADER), itertools.chain([first], rows)
    return Table(names, where, _records(names, rows, problems), lines)


def _names_in(lines: Lines) -> list[str]:
    """Every name of the objects: a column may begin far down. The file is read twice, and never held."""
    names: dict[str, None] = {}
    for _, record in json_records(lines, Problems(skip=True)):
        names.update(dict.fromkeys(record))
        if len(names) > MOST_COLUMNS:
            raise DataError(
                f"the objects have more than {MOST_COLUMNS} different names",
                where=str(lines.path),
                fix="give each row the same columns",
            )
    return list(names)


def _records(
    names: list[str], rows: Iterator[tuple[str, list[str]]], problems: Problems
) -> Iterator[tuple[str, Record]]:
    for where, fields in rows:
        if len(fields) != len(names):
            problems.add(where, f"{len(fields)} fields where there should be {len(names)}", "correct the row")
        else:
            yield where, dict(zip(names, fields, strict=True))


def _empty(path: Path) -> DataError:
    return DataError(
        "the manifest is empty", where=str(path), fix="give it a row with path and label for each picture"
    )
