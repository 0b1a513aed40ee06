"""Records of CSV, TSV and JSONL files: a mapping per row, with the names of columns in lower case."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import msgspec

from engine.datasets.importers.found import Problems
from engine.datasets.importers.lines import Lines
from engine.datasets.importers.rows import ALIASES, is_number
from engine.datasets.importers.shapes import Shape
from engine.errors import DataError

Record = dict[str, Any]


def read_tsv(lines: Lines, shape: Shape, problems: Problems) -> Iterator[tuple[str, Record]]:
    """Columns parted by tabs, quotes taken as text."""
    yield from _with_header(tsv_rows(lines), lines, shape, problems)


def read_csv(lines: Lines, shape: Shape, problems: Problems) -> Iterator[tuple[str, Record]]:
    """Columns parted by commas (by semicolons where the first line has no comma), quotes as RFC 4180 has them."""
    yield from _with_header(csv_rows(lines, problems), lines, shape, problems)


def read_jsonl(lines: Lines, shape: Shape, problems: Problems) -> Iterator[tuple[str, Record]]:
    """One JSON object a line, of any shape."""
    yield from json_records(lines, problems)


def tsv_rows(lines: Lines) -> Iterator[tuple[str, list[str]]]:
    """Place and fields of each line that is not empty."""
    for number, line in lines:
        if line.strip():
            yield lines.where(number), line.split("\t")


def json_records(lines: Lines, problems: Problems) -> Iterator[tuple[str, Record]]:
    """Place and object of each line, with its names in lower case."""
    decoder = msgspec.json.Decoder()
    for number, line in lines:
        if not line.strip():
            continue
        where = lines.where(number)
        if number == 1 and line.lstrip().startswith("["):
            raise DataError("the file is a JSON array", where=where, fix="write one object a line (jq -c '.[]')")
        try:
            value = decoder.decode(line)
        except (msgspec.DecodeError, RecursionError) as problem:
            problems.add(where, f"the line is not JSON ({problem})", "write one object a line")
            continue
        if isinstance(value, dict):
            yield where, {str(name).strip().lower(): field for name, field in value.items()}
        else:
            problems.add(where, "the line is no JSON object", "write one object a line")


def csv_rows(lines: Lines, problems: Problems) -> Iterator[tuple[str, list[str]]]:
    """Place and fields of each row that is not empty."""
    numbers = [1]

    def texts() -> Iterator[str]:
        for number, line in lines:
            numbers.append(number)
            yield line + "\n"

    source = texts()
    first = next(source, None)
    if first is None:
        return
    delimiter = "," if "," in first or ";" not in first else ";"

    def again() -> Iterator[str]:
        yield first
        yield from source

    reader = csv.reader(again(), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            what = "a quote is opened and never closed" if _unclosed(problem) else f"the row is not CSV ({problem})"
            problems.add(_place(lines, numbers, start), what, "put quotes round fields that hold quotes, doubled")
            continue
        if any(field.strip() for field in row):
            yield _place(lines, numbers, start), row


def _place(lines: Lines, numbers: list[int], read_before: int) -> str:
    """Where the row begins: the file's line after those that the reader had taken."""
    return lines.where(numbers[min(read_before + 1, len(numbers) - 1)])


def _unclosed(problem: csv.Error) -> bool:
    return "unexpected end" in str(problem) or "field larger" in str(problem)


def _with_header(
    rows: Iterator[tuple[str, list[str]]], lines: Lines, shape: Shape, problems: Problems
) -> Iterator[tuple[str, Record]]:
    first = next(rows, None)
    if first is None:
        raise DataError("the file is empty", where=str(lines.path), fix="name a file with examples")
    where, fields = first
    names = [field.strip().lower() for field in fields]
    if _is_header(names, shape):
        _check_header(names, where, shape)
    else:
        names = _columns_without_header(fields, where, shape)
        yield where, dict(zip(names, fields, strict=True))
    for where, fields in rows:
        if len(fields) != len(names):
            problems.add(where, f"{len(fields)} fields where there should be {len(names)}", "correct the row")
        else:
            yield where, dict(zip(names, fields, strict=True))


def _is_header(names: list[str], shape: Shape) -> bool:
    known = set().union(*ALIASES[shape.name].values())
    return sum(name in known for name in names) >= 2


def _check_header(names: list[str], where: str, shape: Shape) -> None:
    for wanted, aliases in ALIASES[shape.name].items():
        if not set(names) & set(aliases):
            raise DataError(
                f"there is no column {wanted!r} among {', '.join(names)[:200]}",
                where=where,
                fix=f"name it {wanted} (also read: {', '.join(aliases[1:4])})",
            )
    doubled = [name for name in names if name and names.count(name) > 1]
    if doubled:
        raise DataError(f"the column {doubled[0]!r} stands twice", where=where, fix="give each column its own name")


def _columns_without_header(fields: list[str], where: str, shape: Shape) -> list[str]:
    """Which column is which, in a file that begins with data."""
    if shape.name == "pairs" and len(fields) == 3:
        if is_number(fields[2]):
            return ["a", "b", "score"]
        if is_number(fields[0]):
            return ["score", "a", "b"]
    if shape.name == "labelled" and len(fields) == 2:
        return ["text", "label"] if len(fields[1]) < len(fields[0]) else ["label", "text"]
    wanted = ", ".join(ALIASES[shape.name])
    raise DataError(
        f"the columns cannot be told from the first line ({len(fields)} fields)",
        where=where,
        fix=f"begin the file with a header that names {wanted}",
    )
