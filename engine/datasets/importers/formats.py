"""Formats of files: which one a file has, and its rows."""

from __future__ import annotations

from collections.abc import Iterator

from engine.datasets.importers.conll import read_conll
from engine.datasets.importers.found import Found, Problems
from engine.datasets.importers.lines import Lines
from engine.datasets.importers.records import read_csv, read_jsonl, read_tsv
from engine.datasets.importers.rows import row_of
from engine.datasets.importers.shapes import Shape
from engine.datasets.importers.sources import Source, split_named
from engine.errors import DataError

BY_SUFFIX = {
    ".conll": "conll",
    ".conll03": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
FOR_TXT = {"spans": "conll", "labelled": "lines", "pairs": "tsv"}
FORMATS = ("conll", "csv", "tsv", "jsonl", "lines")
SHAPES = {"conll": {"spans"}, "lines": {"labelled"}, "csv": {"pairs", "labelled"}, "tsv": {"pairs", "labelled"}}
"""What a format can hold; JSONL holds everything."""


def rows_of(lines: Lines, source: Source, shape: Shape, format: str | None, problems: Problems) -> Iterator[Found]:
    """The rows of a file. Raises DataError for a format that is not known or cannot hold them."""
    format = format_of(source, shape, format)
    match format:
        case "conll":
            yield from read_conll(lines, problems)
        case "lines":
            yield from _labelled_lines(lines, problems)
        case _:
            read = {"csv": read_csv, "tsv": read_tsv, "jsonl": read_jsonl}[format]
            for where, record in read(lines, shape, problems):
                row = row_of(record, shape)
                if isinstance(row, str):
                    problems.add(where, row, "correct the row")
                else:
                    yield Found(row, where, _own_split(record))


def format_of(source: Source, shape: Shape, given: str | None) -> str:
    """The format of a file: as it is given, else as its name tells. Raises DataError where neither will do."""
    format = given or BY_SUFFIX.get(source.path.suffix.lower())
    if format is None and source.path.suffix.lower() in {".txt", ""}:
        format = FOR_TXT[shape.name]
    if format not in FORMATS:
        what = f"the format {format!r} is not known" if format else "the name does not tell the format"
        raise DataError(what, where=str(source.path), fix=f"name it with --format: {', '.join(FORMATS)}")
    if shape.name not in SHAPES.get(format, {shape.name}):
        held = sorted(name for name in FORMATS if shape.name in SHAPES.get(name, {shape.name}))
        raise DataError(
            f"a file in the format {format} cannot hold {shape.name}",
            where=str(source.path),
            fix=f"use one of {', '.join(held)}",
        )
    return format


def _labelled_lines(lines: Lines, problems: Problems) -> Iterator[Found]:
    """Lines `label text`."""
    for number, line in lines:
        if not line.strip():
            continue
        label, *text = line.split(None, 1)
        if text:
            yield Found({"text": text[0].strip(), "label": label}, lines.where(number))
        else:
            problems.add(lines.where(number), f"{label[:40]!r} is a label with no text", "write `label text`")


def _own_split(record: dict[str, object]) -> str | None:
    for name in ("split", "semeval_set", "set"):
        value = record.get(name)
        if isinstance(value, str) and split_named(value):
            return split_named(value)
    return None
