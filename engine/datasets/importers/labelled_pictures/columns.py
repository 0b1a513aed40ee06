"""Which column of a manifest is what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from engine.datasets.importers.labelled_pictures.options import PictureOptions
from engine.datasets.importers.pictures import SUFFIXES
from engine.errors import DataError
from engine.labelled_pictures import MOST_CONDITIONS
from engine.profiles.validation import nearest

PATHS = ("path", "image", "file", "file_name", "filename", "filepath", "image_path", "picture")
LABELS = ("label", "class", "class_name", "category", "identity", "person", "subject", "target")
SPLITS = ("split", "subset", "partition")
GROUP = "group"
WITHOUT_HEADER = ("path", "label")
"""What two fields are, in a file that begins with the path of a picture."""


@dataclass(frozen=True)
class Columns:
    """The columns of a file, by their names in lower case."""

    path: str
    label: str
    split: str | None
    groups: tuple[str, ...]
    conditions: tuple[str, ...]


def is_header(names: Sequence[str]) -> bool:
    """Whether the first fields of a file tell where a picture and its label stand."""
    return bool({*names} & {*PATHS}) and bool({*names} & {*LABELS})


def without_header(fields: Sequence[str]) -> bool:
    """Whether a file begins with a row of a picture's path and its label."""
    return len(fields) == len(WITHOUT_HEADER) and PurePosixPath(fields[0].strip()).suffix.lower() in SUFFIXES


def columns_of(names: Sequence[str], options: PictureOptions, where: str) -> Columns:
    """Which of the columns `names` is what. Raises DataError for one that is missing, doubled, or that nobody can
    tell."""
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled is not None:
        raise DataError(f"the column {doubled!r} stands twice", where=where, fix="give each column its own name")
    path = _wanted(names, options.path_column, PATHS, "--path-column", "the picture's path", where)
    label = _wanted(names, options.label_column, LABELS, "--label-column", "its label", where)
    if path == label:
        raise DataError(
            f"the column {path!r} cannot be the picture's path and its label at once",
            where=where,
            fix="name two columns with --path-column and --label-column",
        )
    groups = tuple(_given(names, name, "--group-column", where) for name in options.group_columns)
    chosen = tuple(_given(names, name, "--condition-column", where) for name in options.condition_columns)
    groups = groups or ((GROUP,) if GROUP in names and GROUP not in {path, label, *chosen} else ())
    split = next((name for name in SPLITS if name in names and name not in {path, label, *groups, *chosen}), None)
    rest = tuple(name for name in names if name and name not in {path, label, split, *groups})
    conditions = chosen or rest
    if len(conditions) > MOST_CONDITIONS:
        raise DataError(
            f"{len(conditions)} columns are conditions, more than the {MOST_CONDITIONS} that reports break down by",
            where=where,
            fix="name those that matter with --condition-column",
        )
    return Columns(path, label, split, groups, conditions)


def text_in(record: dict[str, Any], column: str) -> str | None:
    """What a record says in a column; None where it says nothing. Raises ValueError for what is no text."""
    value = record.get(column)
    if value is None:
        return None
    if isinstance(value, list | dict):
        raise ValueError(f"the column {column!r} holds a {'list' if isinstance(value, list) else 'object'}")
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() or None


def _wanted(
    names: Sequence[str], given: str | None, aliases: Sequence[str], option: str, meaning: str, where: str
) -> str:
    if given is not None:
        return _given(names, given, option, where)
    found = next((name for name in aliases if name in names), None)
    if found is None:
        raise DataError(
            f"no column among {_listed(names)} holds {meaning}",
            where=where,
            fix=f"name it {aliases[0]}, or say which it is with {option}",
        )
    return found


def _given(names: Collection[str], given: str, option: str, where: str) -> str:
    name = given.strip().lower()
    if name not in names:
        near = nearest(name, names)
        raise DataError(
            f"there is no column {given!r} among {_listed(names)}",
            where=where,
            fix=f"write {option} {near}" if near else f"name another with {option}",
        )
    return name


def _listed(names: Collection[str]) -> str:
    return ", ".join(name for name in names if name)[:200] or "none"
