"""Manifests of labelled pictures: CSV, TSV and JSONL files with a path and a label in each row, and what else is
known of the picture."""

from __future__ import annotations

from pathlib import Path

from engine.datasets.importers.gathering import group_of
from engine.datasets.importers.labelled_pictures.collected import Collected, Entry
from engine.datasets.importers.labelled_pictures.columns import Columns, columns_of, text_in
from engine.datasets.importers.labelled_pictures.options import PictureOptions
from engine.datasets.importers.labelled_pictures.tables import Table, read_table
from engine.datasets.importers.pictures import find_picture
from engine.datasets.importers.records import Record
from engine.datasets.importers.sources import split_named

FIX_ROW = "correct the row"


def read_manifest(
    path: Path,
    format: str,
    split: str | None,
    root: Path,
    options: PictureOptions,
    encoding: str,
    collected: Collected,
) -> None:
    """Collect the pictures of a manifest, whose paths begin at `root`, resolved. Raises DataError."""
    table = read_table(path, format, encoding, collected.problems)
    columns = columns_of(table.names, options, table.where)
    before, by_ending = len(collected), 0
    for where, record in table.records:
        entry, exact = _entry(record, columns, where, split, root, collected)
        if entry is not None:
            by_ending += not exact
            collected.add(entry, root)
    if by_ending:
        collected.said.append(f"{by_ending} pictures of {path.name} were found by the ending of their path")
    collected.origins.append(_origin(table, format, split, len(collected) - before))


def _entry(
    record: Record, columns: Columns, where: str, split: str | None, root: Path, collected: Collected
) -> tuple[Entry | None, bool]:
    """What a row says, and whether its path was exact; None, and a bad row, for what cannot be used."""
    try:
        name, label = text_in(record, columns.path), text_in(record, columns.label)
        if name is None or label is None:
            missing = columns.path if name is None else columns.label
            raise ValueError(f"the column {missing!r} is empty")
        own = _split_in(record, columns)
        groups = tuple((column, value) for column in columns.groups if (value := text_in(record, column)))
        conditions = tuple((column, value) for column in columns.conditions if (value := text_in(record, column)))
    except ValueError as problem:
        collected.problems.add(where, str(problem), FIX_ROW)
        return None, False
    picture = find_picture(name, [root])
    if picture is None:
        fix = "correct the path, or name the folder where paths begin with --root"
        collected.problems.add(where, _why_not(name, root), fix)
        return None, False
    if not columns.groups and (photograph := group_of(picture)):
        groups = (("photograph", photograph),)
    return Entry(picture, where, label, own or split, groups, conditions), picture == root / name


def _split_in(record: Record, columns: Columns) -> str | None:
    said = text_in(record, columns.split) if columns.split else None
    split = split_named(said) if said else None
    if said and split is None:
        raise ValueError(
            f"there is no split {said[:40]!r} (column {columns.split!r}: train, validation or test; a condition is "
            f"named with --condition-column {columns.split})"
        )
    return split


def _why_not(name: str, root: Path) -> str:
    try:
        if (root / name).is_dir():
            return f"{name[:200]!r} is a folder and no picture"
    except (OSError, ValueError):
        pass
    return f"there is no picture {name[:200]!r} under {root}"


def _origin(table: Table, format: str, split: str | None, rows: int) -> dict[str, object]:
    lines = table.lines
    return {
        "path": str(lines.path),
        "format": format,
        "split": split,
        "bytes": lines.bytes_read,
        "sha256": lines.sha256,
        "encoding": lines.encoding,
        "rows": rows,
    }
