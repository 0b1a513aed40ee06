"""Batches of classes × texts: what the losses compare, chosen so that every text meets its own class and the
texts of others that it is taken for. Pure: a function of its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
NONE = -1
"""Stands where a text has fewer hard negatives than there is room for."""


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
    """The batches of an epoch: about as many texts as there are, class by class inside each.

    `labels` holds the class of each text, `hard_negatives` (texts × k) the texts of other classes that are alike,
    `NONE` where there is none. A batch shows `batch_size / samples_per_label` different classes, or all of them
    with more texts each where there are fewer. A class leads with an anchor, drawn `oversampling` times as often
    where it has hard negatives; these come along with their classes. Classes are drawn in proportion to their
    anchors, but once at most in a batch: so rare ones are seen more often than their texts are frequent.
    """
    source = np.random.default_rng((seed, epoch))
    members = _by_class(labels)
    classes = min(len(members), max(2, batch_size // samples_per_label))
    texts = max(samples_per_label, batch_size // classes)
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
            for text in (anchor, *hard_negatives[anchor].tolist()):
                if text != NONE:
                    _add(chosen, int(labels[text]), text, classes=classes, texts=texts)
        for number, inside in chosen.items():
            _fill(inside, fillers[number], min(texts, len(members[number])))
        batches.append([text for inside in chosen.values() for text in inside])
    return batches


def _by_class(labels: Numbers) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for text, number in enumerate(labels.tolist()):
        members.setdefault(number, []).append(text)
    return members


def _anchors(inside: Sequence[int], hard: Numbers, oversampling: float, source: np.random.Generator) -> list[int]:
    """Texts of a class, those with hard negatives `oversampling` times: its fraction is drawn."""
    anchors: list[int] = []
    for text in inside:
        times = oversampling if (hard[text] != NONE).any() else 1.0
        anchors += [text] * (int(times) + int(source.random() < times % 1))
    return anchors


def _without_end(texts: Sequence[int], source: np.random.Generator) -> Iterator[int]:
    """Every text once in random order, then again in another order."""
    while True:
        for at in source.permutation(len(texts)):
            yield texts[at]


def _in_random_order(weights: dict[int, float], source: np.random.Generator) -> list[int]:
    """Classes drawn without replacement in proportion to their weights (Efraimidis & Spirakis 2006)."""
    keys = {number: source.exponential() / weight for number, weight in weights.items()}
    return sorted(keys, key=lambda number: keys[number])


def _add(chosen: dict[int, list[int]], number: int, text: int, *, classes: int, texts: int) -> None:
    """Put a text into the batch, if its class has room and the batch has room for its class."""
    if number not in chosen and len(chosen) == classes:
        return
    inside = chosen.setdefault(number, [])
    if len(inside) < texts and text not in inside:
        inside.append(text)


def _fill(inside: list[int], fillers: Iterator[int], count: int) -> None:
    """Add different texts of the class. `count` of them exist, so this ends."""
    while len(inside) < count:
        text = next(fillers)
        if text not in inside:
            inside.append(text)
