"""The images that a detector gets most wrong, in words and as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import FinetopError
from engine.evaluation.report import Picture
from engine.pictures.boxes import COLOURS, FALSE, MISSED, Mark, as_jpeg, draw, open_picture
from engine.tasks.object_detection.confusion import Outcome

WORST = 20
MOST_IN_WORDS = 8
"""Errors of one image that are written out."""
FOUND = COLOURS[2]


@dataclass(frozen=True)
class Miss:
    """One image with what went wrong in it."""

    image: int
    problems: tuple[str, ...]
    marks: tuple[Mark, ...]


def worst_misses(outcome: Outcome, labels: Sequence[str], *, most: int = WORST) -> list[Miss]:
    """The worst images first.

    A box counts by how rare its class is in the split, so that the misses of a rare class lead; a prediction
    where nothing is counts half as much, times its confidence.
    """
    truth, predicted = outcome.truth, outcome.predicted
    weight = 1 / np.maximum(1, np.bincount(truth.label, minlength=len(labels)))
    badness: dict[int, float] = {}
    for image in sorted({*truth.image.tolist(), *predicted.image.tolist()}):
        missed, false = outcome.missed(image), outcome.false(image)
        if len(missed) or len(false):
            sure = predicted.confidence[false] * weight[predicted.label[false]] / 2
            badness[image] = float(weight[truth.label[missed]].sum() + sure.sum())
    worst = sorted(badness, key=lambda image: -badness[image])[:most]
    return [_miss(outcome, labels, image) for image in worst]


def pictures_of(misses: Sequence[Miss], paths: Mapping[int, Path]) -> list[Picture]:
    """Each drawn on its image; one that cannot be read any more is left out."""
    made = []
    for at, miss in enumerate(misses, 1):
        try:
            content = as_jpeg(draw(open_picture(paths[miss.image]), miss.marks))
        except FinetopError:
            continue
        made.append(Picture(picture_name(at), f"{at}. {'; '.join(miss.problems)}", content))
    return made


def picture_name(at: int) -> str:
    """`misses/03.jpg` for the third worst."""
    return f"misses/{at:02d}.jpg"


def _miss(outcome: Outcome, labels: Sequence[str], image: int) -> Miss:
    truth, predicted = outcome.truth, outcome.predicted
    missed, false = outcome.missed(image).tolist(), outcome.false(image).tolist()
    marks, problems = [], []
    for at in np.flatnonzero(truth.image == image).tolist():
        label, box = labels[truth.label[at]], _box(truth.box[at])
        marks.append(Mark(box, f"missed {label}", MISSED) if at in missed else Mark(box, label, FOUND))
        if at in missed:
            by = outcome.taken_for[at]
            fate = "missed" if by < 0 else f"taken for {labels[predicted.label[by]]}"
            problems.append(f"{label} {_size(box)} {fate}")
    for at in false:
        said, box = f"{labels[predicted.label[at]]} {predicted.confidence[at]:.2f}", _box(predicted.box[at])
        marks.append(Mark(box, said, FALSE, dashed=True))
        if outcome.is_of[at] < 0:
            problems.append(f"{said} where none is, {_size(box)}")
    if len(problems) > MOST_IN_WORDS:
        problems = [*problems[:MOST_IN_WORDS], f"and {len(problems) - MOST_IN_WORDS} more"]
    return Miss(image, tuple(problems), tuple(marks))


def _box(box: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = map(float, box)
    return x0, y0, x1, y1


def _size(box: tuple[float, float, float, float]) -> str:
    x0, y0, x1, y1 = box
    return f"{x1 - x0:.0f} × {y1 - y0:.0f} px at {x0:.0f}, {y0:.0f}"
