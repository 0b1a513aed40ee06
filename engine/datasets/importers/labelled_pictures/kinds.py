"""Which kind a source of labelled pictures is: class folders, or manifests; told by its content."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.importers.labelled_pictures.columns import is_header, without_header
from engine.datasets.importers.labelled_pictures.options import PictureOptions
from engine.datasets.importers.labelled_pictures.tables import MANIFESTS
from engine.datasets.importers.pictures import SUFFIXES
from engine.datasets.importers.sources import Source, split_in_name
from engine.errors import DataError

FOLDERS = "folders"
FORMATS = (FOLDERS, *MANIFESTS)
BY_SUFFIX = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
LOOKED_AT = 64 << 10
"""Bytes of a file that are looked at to tell what it is."""
FIX = "name a folder of class folders, or a manifest: a CSV, TSV or JSONL file with the columns path and label"


@dataclass(frozen=True)
class Reading:
    """What is to be read, how, and for which split."""

    path: Path
    format: str
    split: str | None


def readings_of(source: Source, format: str | None, options: PictureOptions) -> list[Reading]:
    """What is to be read of a source. Raises DataError where nothing in it can be."""
    path = source.path
    if format is not None and format not in FORMATS:
        raise DataError(
            f"the format {format!r} is not known for labelled pictures",
            where=str(path),
            fix=f"name it with --format: {', '.join(FORMATS)}",
        )
    if path.is_file():
        return [Reading(path, _format_of_file(path, format), source.split)]
    if format == FOLDERS:
        return [Reading(path, FOLDERS, source.split)]
    manifests = _manifests_in(path, format, options)
    if manifests:
        # A file of its own beside the folders says more than their names do.
        return [Reading(one, found, source.split or split_in_name(one)) for one, found in manifests]
    if format is not None:
        raise DataError(f"the folder holds no manifest in the format {format}", where=str(path), fix=FIX)
    return [Reading(path, FOLDERS, source.split)]


def _format_of_file(path: Path, given: str | None) -> str:
    if given == FOLDERS:
        raise DataError("a file, where the format `folders` needs a folder", where=str(path), fix=FIX)
    if path.suffix.lower() in SUFFIXES:
        raise DataError("a single picture has no label", where=str(path), fix=FIX)
    found = given or BY_SUFFIX.get(path.suffix.lower()) or _format_of_text(_first_line(path))
    if found is None:
        raise DataError("neither name nor content tells what kind of file it is", where=str(path), fix=FIX)
    return found


def _format_of_text(line: str) -> str | None:
    if line.startswith("{"):
        return "jsonl"
    if "\t" in line:
        return "tsv"
    return "csv" if "," in line or ";" in line else None


def _manifests_in(folder: Path, format: str | None, options: PictureOptions) -> list[tuple[Path, str]]:
    found = []
    for path in sorted(folder.iterdir()):
        own = BY_SUFFIX.get(path.suffix.lower())
        if own is None or path.name.startswith(".") or not path.is_file() or format not in (None, own):
            continue
        if format is not None or _is_manifest(path, own, options):
            found.append((path, own))
    return found


def _is_manifest(path: Path, format: str, options: PictureOptions) -> bool:
    """Whether a file begins as a manifest of pictures does: a folder may hold tables of other kinds."""
    line = _first_line(path)
    if format == "jsonl":
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return False
        fields = list(record) if isinstance(record, dict) else []
    else:
        delimiter = "\t" if format == "tsv" else "," if "," in line or ";" not in line else ";"
        fields = next(iter(csv.reader([line], delimiter=delimiter)), [])
    names = [str(field).strip().lower() for field in fields]
    chosen = [name.strip().lower() for name in (options.path_column, options.label_column) if name]
    return is_header(names) or without_header(fields) or (bool(chosen) and {*chosen} <= {*names})


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.readline(LOOKED_AT)
    except OSError as problem:
        raise DataError(
            f"cannot be read ({problem.strerror})", where=str(path), fix="check the path and its permissions"
        ) from problem
    return raw.decode("utf-8-sig", errors="replace").strip().replace("\0", "")
