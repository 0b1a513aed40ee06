"""What curation speaks of: rows of a dataset by their place, and what was found about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from engine.datasets.store import Dataset
from engine.errors import DataError
from engine.labelled_pictures import problem_with_path

Search = Literal["blur", "exposure", "duplicates", "labels", "balance"]
Problem = Literal["leak", "conflict", "label", "duplicate", "unreadable", "exposure", "blur"]
GRAVEST_FIRST: tuple[Problem, ...] = ("leak", "conflict", "label", "duplicate", "unreadable", "exposure", "blur")
TASKS = ("image-feature-extraction", "image-classification", "object-detection")
LABELLED = TASKS[:2]
"""Tasks that put one label on a picture."""


@dataclass(frozen=True)
class Entry:
    """A row of a dataset, by its place."""

    split: str
    line: int
    """Of the split's file, from 1."""
    picture: str
    """Name of the file below `files/`; two rows may show the same one."""
    label: str
    """The label; of a detection's row the labels of its objects."""
    group: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """What tells rows apart."""
        return self.split, self.line


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or looks wrong, with a row."""

    entry: int
    """Number of the row among all rows of the dataset."""
    problem: Problem
    score: float
    """How sure, 0 to 1."""
    reason: str
    """In words, for people."""
    other: int = -1
    """The row that it is a duplicate of."""
    likely: str = ""
    """The label that it looks like."""


def entries_of(dataset: Dataset) -> list[Entry]:
    """All rows, split by split. Raises DataError for a dataset without pictures, or of a row that is none."""
    manifest = dataset.manifest
    if manifest.task not in TASKS:
        raise DataError(
            f"holds rows of {manifest.task}, which are no pictures",
            where=dataset.id,
            fix=f"curate a dataset of {', '.join(TASKS)}",
        )
    found = []
    for split in dataset.splits:
        for line, row in enumerate(dataset.iterate(split), 1):
            problem = problem_with_path(row.get("image"))
            if problem:
                where = f"{dataset.path / f'{split}.jsonl'}:{line}"
                raise DataError(problem, where=where, fix="remove the dataset and make it anew")
            found.append(Entry(split, line, _name(row), _label(row), str(row.get("group", ""))))
    if not found:
        raise DataError("holds no rows", where=dataset.id, fix="import or generate data first")
    return found


def gravity(problem: Problem) -> int:
    """0 for the gravest."""
    return GRAVEST_FIRST.index(problem)


def _name(row: dict[str, Any]) -> str:
    return str(row["image"]).removeprefix("files/")


def _label(row: dict[str, Any]) -> str:
    if "objects" not in row:
        return str(row.get("label", ""))
    return ", ".join(sorted(_labels(row["objects"])))


def _labels(objects: Iterable[Any]) -> set[str]:
    return {str(one.get("label", "")) for one in objects if isinstance(one, dict)}
