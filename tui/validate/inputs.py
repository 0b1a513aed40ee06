"""Rows of a file that people have: JSONL, CSV, one text a line, or a folder of pictures. A bad row is told alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import DataError
from tui.paths import typed_path

Row = dict[str, Any]
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
LONGEST_LINE = 1 << 20
FIELDS = {"text": ("text",), "text pair": ("a", "b"), "image": ("image",)}
MISSING = {"text": "no text", "text pair": "not two texts", "image": "no image"}


@dataclass(frozen=True)
class Input:
    """A row, or what is wrong with it."""

    number: int
    """Counted from 1, as the lines of the file are."""
    sample: Row | None
    problem: str = ""


def rows_of_file(path: Path, predicts_on: str) -> Iterator[Input]:
    """Every row. Raises DataError for what cannot be read at all."""
    try:
        if path.is_dir():
            yield from _of_folder(path, predicts_on)
            return
        with path.open("rb") as file:
            yield from _of_lines(file, path, predicts_on)
    except FileNotFoundError as problem:
        raise DataError("there is no such file", where=str(path), fix="check the path") from problem
    except OSError as problem:
        raise DataError(f"cannot be read ({problem.strerror})", where=str(path), fix="check the path") from problem


def _of_folder(path: Path, predicts_on: str) -> Iterator[Input]:
    if predicts_on != "image":
        raise DataError("a folder, and the model reads texts", where=str(path), fix="name a file")
    found = sorted(one for one in path.iterdir() if one.suffix.lower() in PICTURES and one.is_file())
    if not found:
        raise DataError("no picture lies in the folder", where=str(path), fix="name a folder of PNG or JPEG files")
    for number, one in enumerate(found, 1):
        yield Input(number, {"image": str(one.absolute())})


def _of_lines(file: Any, path: Path, predicts_on: str) -> Iterator[Input]:
    suffix, fields = path.suffix.lower(), FIELDS.get(predicts_on, ("text",))
    header: list[str] | None = None
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise DataError("a line is longer than 1 MiB", where=f"{path}:{number}", fix="write one row a line")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            yield Input(number, None, "not UTF-8 text")
            continue
        if not text.strip():
            continue
        if suffix in (".csv", ".tsv"):
            cells = next(csv.reader([text], delimiter="\t" if suffix == ".tsv" else ","))
            if header is None:
                names = [cell.strip().lower() for cell in cells]
                header = names if set(fields) <= set(names) else list(fields)
                if header is names:
                    continue
            row = dict(zip(header, cells, strict=False))
            yield _checked(number, {name: row[name] for name in fields if name in row}, predicts_on, path)
        elif suffix in (".jsonl", ".ndjson", ".json"):
            yield _of_json(number, text, predicts_on, path)
        else:
            cells = text.split("\t") if predicts_on == "text pair" else [text.strip()]
            yield _checked(number, dict(zip(fields, cells, strict=False)), predicts_on, path)


def _of_json(number: int, text: str, predicts_on: str, path: Path) -> Input:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as problem:
        return Input(number, None, f"not JSON ({problem})")
    if isinstance(value, str):
        value = {FIELDS.get(predicts_on, ("text",))[0]: value}
    return _checked(number, value, predicts_on, path) if isinstance(value, dict) else Input(number, None, "no object")


def _checked(number: int, row: Row, predicts_on: str, path: Path) -> Input:
    fields = FIELDS.get(predicts_on, ("text",))
    if not all(isinstance(row.get(name), str) and row[name].strip() for name in fields):
        return Input(number, None, MISSING.get(predicts_on, "no text"))
    image = row.get("image")
    if predicts_on == "image" and not str(image).startswith("data:"):
        # As a dataset has them: beside the rows.
        row = {**row, "image": str(typed_path(str(path.parent / str(image))))}
    return Input(number, row)
