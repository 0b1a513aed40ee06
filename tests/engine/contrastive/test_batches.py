"""Batches of classes × texts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.contrastive.batches import NONE, batches_of_classes

SETTINGS: dict[str, Any] = {"batch_size": 8, "samples_per_label": 2, "oversampling": 2.0, "seed": 1, "epoch": 0}


def no_hard_negatives(texts: int) -> np.ndarray:
    return np.full((texts, 2), NONE, dtype=np.int64)


def of(classes: int, texts_each: int) -> np.ndarray:
    return np.repeat(np.arange(classes), texts_each).astype(np.int64)


def test_a_batch_shows_as_many_classes_as_fit_with_so_many_texts_of_each() -> None:
    labels = of(10, 6)
    for batch in batches_of_classes(labels, no_hard_negatives(60), **SETTINGS):
        assert Counter(Counter(labels[batch].tolist()).values()) == {2: 4}


def test_where_there_are_fewer_classes_each_gets_more_texts() -> None:
    labels = of(2, 10)
    for batch in batches_of_classes(labels, no_hard_negatives(20), **SETTINGS):
        assert Counter(labels[batch].tolist()) == {0: 4, 1: 4}


def test_an_epoch_is_about_one_pass_over_the_texts() -> None:
    labels = of(4, 10)
    batches = batches_of_classes(labels, no_hard_negatives(40), **SETTINGS)
    assert len(batches) == 5
    assert len({text for batch in batches for text in batch}) > 25


def test_hard_negatives_come_along_with_their_anchor() -> None:
    labels = of(10, 4)
    hard = no_hard_negatives(40)
    hard[0:4, 0] = 20  # every text of class 0 is taken for text 20, of class 5
    for epoch in range(5):
        for batch in batches_of_classes(labels, hard, **SETTINGS | {"epoch": epoch}):
            if 0 in labels[batch]:
                assert 20 in batch or 5 not in labels[batch]
    with_them = [batch for batch in batches_of_classes(labels, hard, **SETTINGS) if 0 in labels[batch]]
    assert any(20 in batch for batch in with_them)


def test_texts_with_hard_negatives_are_anchors_more_often() -> None:
    labels = of(8, 10)
    hard = no_hard_negatives(80)
    hard[0:10, 0] = 15

    def seen(oversampling: float) -> int:
        epochs = [
            batches_of_classes(labels, hard, **SETTINGS | {"epoch": e, "oversampling": oversampling})
            for e in range(30)
        ]
        return sum(0 in labels[batch] for batches in epochs for batch in batches)

    assert seen(8.0) > 1.3 * seen(1.0)


def test_rare_classes_are_seen_more_often_than_they_are_frequent() -> None:
    labels = np.array([0] * 90 + [1] * 5 + [2] * 5)
    batches = batches_of_classes(labels, no_hard_negatives(100), **SETTINGS)
    seen = Counter(int(label) for batch in batches for label in labels[batch])
    assert seen[1] > 0.2 * sum(seen.values())


@given(
    labels=st.lists(st.integers(0, 5), min_size=2, max_size=60),
    batch_size=st.integers(4, 40),
    samples=st.integers(2, 6),
    epoch=st.integers(0, 3),
)
def test_no_batch_holds_a_text_twice_or_grows_too_large(
    labels: list[int], batch_size: int, samples: int, epoch: int
) -> None:
    numbers = np.array(labels)
    settings = SETTINGS | {"batch_size": max(batch_size, 2 * samples), "samples_per_label": samples, "epoch": epoch}
    batches = batches_of_classes(numbers, no_hard_negatives(len(labels)), **settings)
    assert len(batches) == -(-len(labels) // settings["batch_size"])
    for batch in batches:
        assert len(set(batch)) == len(batch) <= settings["batch_size"]
        assert len(set(numbers[batch])) == min(len(set(labels)), settings["batch_size"] // samples)


def test_the_same_seed_and_epoch_give_the_same_batches() -> None:
    labels, hard = of(5, 9), no_hard_negatives(45)
    first, second = (batches_of_classes(labels, hard, **SETTINGS) for _ in range(2))
    assert first == second
    assert first != batches_of_classes(labels, hard, **SETTINGS | {"epoch": 1})
