"""Batches of classes × examples: what the losses compare, chosen so that every example meets its own class and
those of others that it is taken for. Pure: a function of its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
NONE = -1
"""Stands where a example has fewer hard negatives than there is room for."""


def batches_of_classes(
    labels: Numbers,
    hard_negatives: Numbers,
    *,
    batch_size: int,
    samples_per_label: int,
    oversampling: float,
    seed: int,
    epoch: int,
) -> list[list[int]]:
    """The batches of an epoch: about as many examples as there are, class by class inside each.

    `labels` holds the class of each example, `hard_negatives` (examples × k) those of other classes that are
    alike, `NONE` where there is none. A batch shows `batch_size / samples_per_label` different classes, or all of
    them with more examples each where there are fewer. A class leads with an anchor, drawn `oversampling` times as
    often where it has hard negatives; these come along with their classes. Classes are drawn in proportion to their
    anchors, but once at most in a batch: so rare ones are seen more often than their examples are frequent.
    """
    source = np.random.default_rng((seed, epoch))
    members = _by_class(labels)
    classes = min(len(members), max(2, batch_size // samples_per_label))
    examples = max(samples_per_label, batch_size // classes)
    anchors = {number: _anchors(inside, hard_negatives, oversampling, source) for number, inside in members.items()}
    fillers = {number: _without_end(inside, source) for number, inside in members.items()}
    leads = {number: _without_end(inside, source) for number, inside in anchors.items()}
    weights = {number: float(len(inside)) for number, inside in anchors.items()}
    batches = []
    for _ in range(-(-len(labels) // batch_size)):
        chosen: dict[int, list[int]] = {}
        for number in _in_random_order(weights, source):
            if number not in chosen and len(chosen) == classes:
                break
            anchor = next(leads[number])
            for example in (anchor, *hard_negatives[anchor].tolist()):
                if example != NONE:
                    _add(chosen, int(labels[example]), example, classes=classes, examples=examples)
        for number, inside in chosen.items():
            _fill(inside, fillers[number], min(examples, len(members[number])))
        batches.append([example for inside in chosen.values() for example in inside])
    return batches


def _by_class(labels: Numbers) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for example, number in enumerate(labels.tolist()):
        members.setdefault(number, []).append(example)
    return members


def _anchors(inside: Sequence[int], hard: Numbers, oversampling: float, source: np.random.Generator) -> list[int]:
    """Texts of a class, those with hard negatives `oversampling` times: its fraction is drawn."""
    anchors: list[int] = []
    for example in inside:
        times = oversampling if (hard[example] != NONE).any() else 1.0
        anchors += [example] * (int(times) + int(source.random() < times % 1))
    return anchors


def _without_end(examples: Sequence[int], source: np.random.Generator) -> Iterator[int]:
    """Every example once in random order, then again in another order."""
    while True:
        for at in source.permutation(len(examples)):
            yield examples[at]


def _in_random_order(weights: dict[int, float], source: np.random.Generator) -> list[int]:
    """Classes drawn without replacement in proportion to their weights (Efraimidis & Spirakis 2006)."""
    keys = {number: source.exponential() / weight for number, weight in weights.items()}
    return sorted(keys, key=lambda number: keys[number])


def _add(chosen: dict[int, list[int]], number: int, example: int, *, classes: int, examples: int) -> None:
    """Put a example into the batch, if its class has room and the batch has room for its class."""
    if number not in chosen and len(chosen) == classes:
        return
    inside = chosen.setdefault(number, [])
    if len(inside) < examples and example not in inside:
        inside.append(example)


def _fill(inside: list[int], fillers: Iterator[int], count: int) -> None:
    """Add different examples of the class. `count` of them exist, so this ends."""
    while len(inside) < count:
        example = next(fillers)
        if example not in inside:
            inside.append(example)
