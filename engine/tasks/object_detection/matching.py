"""Which prediction finds which true box: greedy by confidence, per image and class, as COCO does it.

Source: the evaluation of Lin et al. 2014 (arXiv 1405.0312) as the COCO challenge states it
(cocodataset.org/#detection-eval).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

IOU_THRESHOLDS: Floats = np.linspace(0.5, 0.95, 10)
MOST_PER_CLASS = 100
"""Predictions of one class that count in one image: COCO's maxDets."""
PAIRS_AT_ONCE = 1_000_000
"""Bounds the memory of the overlaps: 5,000 images of 100 predictions need a few such blocks."""


@dataclass(frozen=True)
class Boxes:
    """Boxes of many images in parallel arrays: of the truth, or predicted."""

    image: Integers
    """Number of the image."""
    label: Integers
    """Number of the class."""
    box: Floats
    """x0, y0, x1, y1 in pixels, one row a box."""
    confidence: Floats
    """1 for the truth."""

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> Boxes:
        """The `objects` of rows or predictions in their order; those of unknown labels are left out."""
        number = {label: at for at, label in enumerate(labels)}
        found = [
            (at, number[thing["label"]], thing["box"], thing.get("confidence", 1.0))
            for at, row in enumerate(rows)
            for thing in row.get("objects", ())
            if thing["label"] in number
        ]
        return cls(
            np.array([one[0] for one in found], dtype=np.int64),
            np.array([one[1] for one in found], dtype=np.int64),
            np.array([one[2] for one in found], dtype=np.float64).reshape(-1, 4),
            np.array([one[3] for one in found], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.image)

    def take(self, which: NDArray[Any]) -> Boxes:
        """Some of them, by number or by mask."""
        return Boxes(self.image[which], self.label[which], self.box[which], self.confidence[which])


@dataclass(frozen=True)
class Matches:
    """What became of each prediction and each true box, per IoU threshold."""

    right: Booleans
    """Predictions by thresholds: whether it found a true box."""
    found_by: Integers
    """True boxes by thresholds: the number of the prediction that found it; -1 where none did."""


def overlap(one: Floats, other: Floats) -> Floats:
    """Intersection over union of boxes row by row; 0 where both are empty."""
    width = np.minimum(one[:, 2], other[:, 2]) - np.maximum(one[:, 0], other[:, 0])
    height = np.minimum(one[:, 3], other[:, 3]) - np.maximum(one[:, 1], other[:, 1])
    shared = np.clip(width, 0, None) * np.clip(height, 0, None)
    union = area(one) + area(other) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def area(box: Floats) -> Floats:
    """In square pixels."""
    return (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])


def strongest(predicted: Boxes, most: int = MOST_PER_CLASS) -> Boxes:
    """The surest predictions of each class in each image, all of them sorted by falling confidence.

    Equals keep their order.
    """
    predicted = predicted.take(np.argsort(-predicted.confidence, kind="stable"))
    return predicted.take(_ranks(_keys(predicted, _classes(predicted))) < most)


def match(truth: Boxes, predicted: Boxes, thresholds: Floats = IOU_THRESHOLDS) -> Matches:
    """Each prediction in turn, the surest first, takes the true box of its class that it overlaps most and
    that none has taken yet, if they overlap by the threshold.

    `predicted` is sorted by falling confidence (`strongest`). What predictions above a confidence find does
    not depend on those below it, so one matching serves every operating confidence.
    """
    right = np.zeros((len(predicted), len(thresholds)), dtype=np.bool_)
    found_by = np.full((len(truth), len(thresholds)), -1, dtype=np.int64)
    classes = max(_classes(truth), _classes(predicted))
    keys = _keys(predicted, classes)
    of_prediction, of_truth, overlaps = _pairs(truth, predicted, _keys(truth, classes), keys, float(thresholds[0]))
    rank = _ranks(keys)[of_prediction]
    order = np.lexsort((of_prediction, rank))
    of_prediction, of_truth, overlaps, rank = of_prediction[order], of_truth[order], overlaps[order], rank[order]
    # Predictions of one rank belong to different images or classes: they take from different boxes, so a whole
    # rank is settled at once.
    for part in _runs(rank):
        one, two, shared = of_prediction[part], of_truth[part], overlaps[part, None]
        possible = (shared >= thresholds) & (found_by[two] < 0)
        worth = np.where(possible, shared, 0.0)
        first = np.flatnonzero(np.r_[True, one[1:] != one[:-1]])
        best = np.maximum.reduceat(worth, first, axis=0)
        lengths = np.diff(np.r_[first, len(one)])
        pair, level = np.nonzero(possible & (worth == np.repeat(best, lengths, axis=0)))
        # A prediction that overlaps two boxes equally takes the first.
        _, kept = np.unique(one[pair] * len(thresholds) + level, return_index=True)
        pair, level = pair[kept], level[kept]
        right[one[pair], level] = True
        found_by[two[pair], level] = one[pair]
    return Matches(right, found_by)


def _pairs(
    truth: Boxes, predicted: Boxes, truth_keys: Integers, keys: Integers, least: float
) -> tuple[Integers, Integers, Floats]:
    """Every prediction with every true box of its image and class that it overlaps by `least` at least."""
    by_key = np.argsort(truth_keys, kind="stable")
    sorted_keys = truth_keys[by_key]
    start = np.searchsorted(sorted_keys, keys, side="left")
    count = np.searchsorted(sorted_keys, keys, side="right") - start
    made: list[tuple[Integers, Integers, Floats]] = []
    for some in _blocks(count):
        one = np.repeat(some, count[some])
        before = np.cumsum(count[some]) - count[some]
        two = by_key[start[one] + np.arange(len(one)) - np.repeat(before, count[some])]
        shared = overlap(predicted.box[one], truth.box[two])
        near = shared >= least
        made.append((one[near], two[near], shared[near]))
    if not made:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    one_parts, two_parts, shared_parts = zip(*made, strict=True)
    return np.concatenate(one_parts), np.concatenate(two_parts), np.concatenate(shared_parts)


def _blocks(count: Integers) -> Iterator[Integers]:
    """Numbers of predictions, so many at once that their pairs stay within bounds."""
    some = np.flatnonzero(count)
    if len(some):
        yield from np.split(some, np.flatnonzero(np.diff(np.cumsum(count[some]) // PAIRS_AT_ONCE)) + 1)


def _classes(boxes: Boxes) -> int:
    return int(boxes.label.max()) + 1 if len(boxes) else 1


def _keys(boxes: Boxes, classes: int) -> Integers:
    """One number for image and class."""
    return boxes.image * classes + boxes.label


def _ranks(keys: Integers) -> Integers:
    """How many of the same key come before each."""
    order = np.argsort(keys, kind="stable")
    ranks = np.empty(len(keys), dtype=np.int64)
    for_sorted = np.arange(len(keys))
    first = np.r_[True, keys[order][1:] != keys[order][:-1]][: len(keys)]
    ranks[order] = for_sorted - np.maximum.accumulate(np.where(first, for_sorted, 0))
    return ranks


def _runs(values: Integers) -> Iterator[slice]:
    """Slices of equal neighbours."""
    cuts = np.r_[0, np.flatnonzero(np.diff(values)) + 1, len(values)]
    for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        if end > begin:
            yield slice(begin, end)
