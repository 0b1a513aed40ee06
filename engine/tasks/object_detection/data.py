"""Examples of object detection: what a row must be, counts, and where its picture lies."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from engine.labelled_pictures import problem_with_picture
from engine.tasks.contract import Row

NO_OBJECT = "(none)"
"""Class of the images without an object, in counts."""


def problem_with(row: Row) -> str | None:
    """What is wrong with a row, in words; None when it can be used."""
    problem = problem_with_picture(row)
    if problem:
        return problem
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
