"""Examples of object detection: what a row must be, counts, and where its picture lies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import DataError
from engine.tasks.contract import Row

NO_OBJECT = "(none)"
"""Class of the images without an object, in counts."""


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words; None when it can be used."""
    problem = _problem_with_path(row.get("image"))
    if problem:
        return problem
    for name in ("width", "height"):
        size = row.get(name)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            return f"`{name}` must be a whole number of pixels"
    objects = row.get("objects")
    if not isinstance(objects, list):
        return "`objects` must be a list of {label, box}; write [] where there is none"
    for number, one in enumerate(objects, 1):
        problem = _problem_with_object(one, row["width"], row["height"])
        if problem:
            return f"object {number}: {problem}"
    return None


def count_classes(rows: Sequence[Row]) -> dict[str, int]:
    """Objects per label; images without one under `(none)`."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(one["label"] for one in row["objects"])
        counts[NO_OBJECT] += not row["objects"]
    return dict(sorted((+counts).items()))


def labels_of(rows: Iterable[Row]) -> list[str]:
    """The labels that stand in rows, sorted."""
    return sorted({one["label"] for row in rows for one in row["objects"]})


def weights_of(rows: Iterable[Row]) -> list[int]:
    """How often each row counts where a training is watched: `weight`, 1 where it has none. A few images of feedback
    would else be lost among the many of before."""
    return [int(row.get("weight", 1)) for row in rows]


def image_path(dataset: Path, row: Row) -> Path:
    """Where the row's picture lies. Raises DataError for a path that leaves the dataset."""
    problem = _problem_with_path(row.get("image"))
    if problem:
        raise DataError(problem, where=str(dataset), fix="remove the dataset and make it anew")
    return dataset / str(row["image"])


def _problem_with_path(image: Any) -> str | None:
    if not isinstance(image, str) or not image.strip():
        return "`image` must be the path of a picture"
    path = PurePosixPath(image)
    if path.is_absolute() or ".." in path.parts or "\\" in image or "\0" in image:
        return f"`image` {image[:80]!r} leads out of the dataset"
    return None


def _problem_with_object(one: Any, width: int, height: int) -> str | None:
    if not isinstance(one, dict):
        return "must be an object with label and box"
    label, box = one.get("label"), one.get("box")
    if not isinstance(label, str) or not label.strip() or label == NO_OBJECT:
        return f"`label` must be a name other than {NO_OBJECT!r}"
    if not isinstance(box, list | tuple) or len(box) != 4 or not all(map(_is_finite, box)):
        return "`box` must be four numbers [x0, y0, x1, y1] in pixels"
    x0, y0, x1, y1 = box
    if not (x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height):
        return f"the box {_written(box)} is not inside the image of {width} x {height} pixels"
    if x1 <= x0 or y1 <= y0:
        return f"the box {_written(box)} has no area"
    return None


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _written(box: Sequence[float]) -> str:
    return f"[{', '.join(f'{value:g}' for value in box)}]"
