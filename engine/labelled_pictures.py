"""Rows of tasks that put one label on a picture: what they must be, counts, and where their pictures lie.

    {"image": "files/NAME", "width": 24, "height": 40, "label": "hot-spot",
     "group": "flight-3", "conditions": {"light": "dim", "age": "60+"}}

`group` (optional) names what must not be torn apart by splits: a sequence, a person, a day. `conditions` (optional)
are the columns by which reports break their figures down: how the picture was taken, and who is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import DataError

Row = dict[str, Any]
MOST_CONDITIONS = 40


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words; None when it can be used."""
    problem = problem_with_path(row.get("image"))
    if problem:
        return problem
    for name in ("width", "height"):
        size = row.get(name)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            return f"`{name}` must be a whole number of pixels"
    label = row.get("label")
    if not isinstance(label, str) or not label.strip():
        return "`label` must be a name that is not empty"
    if "group" in row and not isinstance(row["group"], str):
        return "`group` must be a text"
    return _problem_with_conditions(row.get("conditions", {}))


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
        if not isinstance(name, str) or not name.strip() or not isinstance(value, str) or not value.strip():
            return f"the condition {str(name)[:40]!r} must have a name and a text that are not empty"
    return None
