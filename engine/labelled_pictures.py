"""Rows of tasks that put one label on a picture: what they must be, counts, and where their pictures lie.

    {"image": "files/NAME", "width": 24, "height": 40, "label": "hot-spot",
     "group": "flight-3", "conditions": {"light": "dim", "age": "60+"}}

`group` (optional) names what must not be torn apart by splits: a sequence, a person, a day. `conditions` (optional)
are the columns by which reports break their figures down: how the picture was taken, and who is in it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import DataError

Row = dict[str, Any]
TASKS = frozenset({"image-classification", "image-feature-extraction"})
"""The tasks whose rows these are."""
MOST_CONDITIONS = 40
LONGEST_NAME = 200
NO_LETTERS = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of control characters, halves of characters, and ends of lines and paragraphs."""


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words; None when it can be used."""
    problem = problem_with_picture(row) or problem_with_name("label", row.get("label"))
    if problem is None and "group" in row:
        problem = problem_with_name("group", row["group"])
    return problem or _problem_with_conditions(row.get("conditions", {}))


def problem_with_picture(row: Row) -> str | None:
    """What is wrong with the picture that a row names, in words; of any task."""
    problem = problem_with_path(row.get("image"))
    if problem:
        return problem
    for name in ("width", "height"):
        size = row.get(name)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            return f"`{name}` must be a whole number of pixels"
    return None


def problem_with_name(field: str, name: Any) -> str | None:
    """What is wrong with a label, a group, or what a condition says, in words."""
    if not isinstance(name, str) or not name.strip():
        return f"`{field}` must be a name that is not empty"
    if len(name) > LONGEST_NAME:
        return f"`{field}` has {len(name)} letters, more than the {LONGEST_NAME} of a name"
    # Names stand in file names, tables and terminals: an escape sequence in one would be obeyed there.
    if any(unicodedata.category(letter) in NO_LETTERS for letter in name):
        return f"`{field}` {name[:40]!a} holds control characters, or bytes that are no text"
    return None


def problem_with_path(image: Any) -> str | None:
    """What is wrong with the path of a picture inside a dataset, in words."""
    if not isinstance(image, str) or not image.strip():
        return "`image` must be the path of a picture"
    path = PurePosixPath(image)
    if path.is_absolute() or ".." in path.parts or "\\" in image or "\0" in image:
        return f"`image` {image[:80]!r} leads out of the dataset"
    return None


def count_classes(rows: Sequence[Row]) -> dict[str, int]:
    """How many pictures each label has."""
    return dict(sorted(Counter(row["label"] for row in rows).items()))


def picture_path(dataset: Path, row: Row) -> Path:
    """Where the row's picture lies. Raises DataError for a path that leaves the dataset."""
    problem = problem_with_path(row.get("image"))
    if problem:
        raise DataError(problem, where=str(dataset), fix="remove the dataset and make it anew")
    return dataset / str(row["image"])


def _problem_with_conditions(conditions: Any) -> str | None:
    if not isinstance(conditions, dict) or len(conditions) > MOST_CONDITIONS:
        return f"`conditions` must be an object with at most {MOST_CONDITIONS} columns"
    for name, value in conditions.items():
        problem = problem_with_name("conditions", name) or problem_with_name(f"conditions.{name}", value)
        if problem:
            return problem
    return None
