"""The learning curve: how good a head is after so many labels, and what as many labels more would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.active_learning.arrays import Positions, Vectors
from engine.active_learning.head import Head, Labels
from engine.evaluation.report import Table

REPEATS = 3
FIRST = 16
"""The smallest number of labels that is measured."""
MOST_ROWS = 5000
"""Labels that are drawn from at the most: the last points of a longer curve cost more than they tell."""


@dataclass(frozen=True)
class Examples:
    """Embeddings with the class of each, a number."""

    vectors: Vectors
    labels: Labels


@dataclass(frozen=True)
class Point:
    """Macro F1 after so many labels."""

    labels: int
    values: tuple[float, ...]
    """One for each order of labelling."""

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))


def learning_curve(
    train: Examples,
    test: Examples,
    classes: int,
    *,
    sizes: Sequence[int] | None = None,
    orders: Sequence[Positions] | None = None,
    repeats: int = REPEATS,
    seed: int = 0,
    regularization: float = 1.0,
) -> list[Point]:
    """Macro F1 on `test` of heads that see more and more of `train`.

    `orders` says in which orders the labels came; without it, `repeats` random ones. `sizes` double from 16 on unless
    given.
    """
    total = min(len(train.labels), MOST_ROWS) if orders is None else min(map(len, orders), default=0)
    if orders is None:
        draws = np.random.default_rng(seed)
        orders = [draws.permutation(len(train.labels)) for _ in range(repeats)]
    points = []
    for size in doubling(total) if sizes is None else [size for size in sizes if size <= total]:
        values = []
        for order in orders:
            at = order[:size]
            head = Head(train.vectors[at], train.labels[at], classes, regularization=regularization)
            values.append(macro_f1(test.labels, head.predict(test.vectors), classes))
        points.append(Point(size, tuple(values)))
    return points


def learning_curve_table(
    train: Examples, test: Examples, classes: int, *, of: str, seed: int = 0, regularization: float = 1.0
) -> Table:
    """The curve as a table of the report that can be drawn; `of` says whose embeddings they are, and of which split
    the macro F1 is."""
    points = learning_curve(train, test, classes, seed=seed, regularization=regularization)
    return Table(
        "Learning curve",
        ["labels", "macro F1", "lowest", "highest"],
        [[point.labels, point.mean, min(point.values), max(point.values)] for point in points],
        note=f"A head on {of}, after labels in {REPEATS} random orders. {_reading(points)}",
        figure="curves",
    )


def doubling(total: int) -> list[int]:
    """16, 32, 64 … and the total itself."""
    sizes = []
    size = FIRST
    while size < total:
        sizes.append(size)
        size *= 2
    return [*sizes, total] if total else []


def macro_f1(truth: Labels, predicted: Labels, classes: int) -> float:
    """Mean F1 of the classes that the truth has. One that is only predicted costs the others their precision."""
    f1s = []
    for number in range(classes):
        true, said = truth == number, predicted == number
        if true.any():
            f1s.append(2 * float((true & said).sum()) / float(true.sum() + said.sum()))
    return float(np.mean(f1s)) if f1s else 0.0


def labels_needed(points: Sequence[Point], wanted: float) -> float | None:
    """How many labels the mean curve takes to reach a macro F1 and stay there, between points on a straight line;
    None where it does not."""
    if not points or points[-1].mean < wanted:
        return None
    low = max((at for at, point in enumerate(points) if point.mean < wanted), default=None)
    if low is None:
        return float(points[0].labels)
    before, after = points[low], points[low + 1]
    part = (wanted - before.mean) / (after.mean - before.mean)
    return before.labels + part * (after.labels - before.labels)


def _reading(points: Sequence[Point]) -> str:
    if len(points) < 2:
        return "Too few labels for a curve."
    before, last = points[-2], points[-1]
    gain = last.mean - before.mean
    spread = max(max(point.values) - min(point.values) for point in (before, last))
    told = f"From {before.labels} to {last.labels} labels it changed by {gain:+.3f}"
    if gain > spread:
        return f"{told}: more labels will help."
    return f"{told}, which is no more than orders differ ({spread:.3f}): more of the same labels may not help."
