"""Boxes that several views of a picture found, made one each: the picture whole and its tiles see the same objects.

Two views can agree only on what both see. So boxes are compared inside the part that their views share, where an
object cut by a tile's edge and the same one seen whole are alike; by intersection over the smaller area, as boxes
from views of different sharpness overlap too little for intersection over union (published with tiles in Akyon et
al. 2022, arXiv 2202.06934). Sizes must be comparable, so that a small object on a large one of its class stays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tasks.object_detection.tiles import Floats, Region

LEAST_OVERLAP = 0.5
"""Intersection over the smaller area from which boxes of two views show the same object."""
LEAST_LIKENESS = 0.25
"""Area of the smaller as a part of the larger, inside what both views see."""
LEAST_CONFIDENCE = 0.25
"""A box lengthens a surer one when it is at least this part as sure: guesses must not stretch what is known."""
CANDIDATES = 4
"""Boxes looked at for each that may be told: bounds the work where many tiles guess."""


def merged(found: Sequence[NDArray[np.float32]], views: Sequence[Region], most: int) -> NDArray[np.float32]:
    """Boxes of all views (n×6 each: corners in pixels of the picture, confidence, class; falling confidence) as boxes
    of the picture, `most` at most, in the same form and order.

    The surest box of an object stays as it is, but for sides where its view ended and another saw the object go on:
    these move out to where the other saw its end.
    """
    rows = np.concatenate([np.asarray(one, dtype=np.float64).reshape(-1, 6) for one in found])
    view = np.repeat(np.arange(len(found)), [len(one) for one in found])
    order = np.argsort(-rows[:, 4], kind="stable")[: CANDIDATES * most]
    rows, view = rows[order], view[order]
    regions = np.asarray(views, dtype=np.float64)[view]
    waiting = np.ones(len(rows), dtype=np.bool_)
    told: list[Floats] = []
    for at in range(len(rows)):
        if not waiting[at]:
            continue
        if len(told) == most:
            break
        waiting[at] = False
        # Two boxes of one view are two objects: its own suppression has decided that.
        others = np.flatnonzero(waiting & (rows[:, 5] == rows[at, 5]) & (view != view[at]))
        box, same = _joined(rows[at], regions[at], rows[others], regions[others])
        waiting[others[same]] = False
        told.append(np.concatenate([box, rows[at, 4:]]))
    return np.array(told, dtype=np.float32).reshape(-1, 6)


def _joined(row: Floats, region: Floats, rows: Floats, regions: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The box with what other views saw of its object, and which of the others these were.

    A box that was lengthened is compared anew: an object may cross three tiles.
    """
    box, region = row[:4].copy(), region.copy()
    same = np.zeros(len(rows), dtype=np.bool_)
    while True:
        new = ~same & _alike(box, region, rows[:, :4], regions)
        if not new.any():
            return box, same
        same |= new
        sure = new & (rows[:, 4] >= LEAST_CONFIDENCE * row[4])
        for side, outer in ((0, np.minimum), (1, np.minimum), (2, np.maximum), (3, np.maximum)):
            beyond = sure & (outer(rows[:, side], region[side]) != region[side])
            if beyond.any():
                box[side] = outer.reduce(rows[beyond, side])
                region[side] = outer.reduce(regions[beyond, side])


def _alike(box: Floats, region: Floats, boxes: Floats, regions: Floats) -> NDArray[np.bool_]:
    """Which boxes show the same as one, as far as both views see."""
    shared = _intersection(region, regions)
    one, two = _intersection(box, shared), _intersection(boxes, shared)
    both, areas = _area(_intersection(one, two)), np.stack([_area(one), _area(two)])
    smaller, larger = areas.min(axis=0), areas.max(axis=0)
    return (smaller > 0) & (both >= LEAST_OVERLAP * smaller) & (smaller >= LEAST_LIKENESS * larger)


def _intersection(one: Floats, two: Floats) -> Floats:
    low, high = np.maximum(one[..., :2], two[..., :2]), np.minimum(one[..., 2:], two[..., 2:])
    return np.concatenate([low, high], axis=-1)


def _area(boxes: Floats) -> Floats:
    return np.clip(boxes[..., 2:] - boxes[..., :2], 0, None).prod(axis=-1)
