"""Hard negatives: the nearest texts of other classes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.contrastive.batches import NONE
from engine.tasks.text_classification import mining
from engine.tasks.text_classification.mining import hard_negatives


def at(*degrees: float) -> Tensor:
    angles = torch.tensor(degrees).deg2rad()
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def mine(
    vectors: Tensor, labels: list[int], k: int = 2, min_similarity: float = 0.25, **more: Tensor
) -> list[list[int]]:
    all_of_them = torch.ones(len(labels), dtype=torch.bool)
    found = hard_negatives(
        vectors,
        torch.tensor(labels),
        k=k,
        min_similarity=min_similarity,
        mined_for=more.get("mined_for", all_of_them),
        seed=0,
    )
    return found.tolist()


def test_the_nearest_of_other_classes_come_first() -> None:
    assert mine(at(0, 1, 20, 10), [0, 0, 1, 2])[0] == [3, 2]


def test_texts_below_the_similarity_are_none() -> None:
    assert mine(at(0, 10, 170), [0, 1, 1])[0] == [1, NONE]


def test_texts_that_read_the_same_are_errors_and_no_examples() -> None:
    assert mine(at(0, 0, 30), [0, 1, 2])[0] == [2, NONE]


def test_only_the_labels_that_are_asked_for_are_mined_for() -> None:
    found = mine(at(0, 10), [0, 1], mined_for=torch.tensor([False, True]))
    assert found == [[NONE, NONE], [0, NONE]]


def test_none_are_mined_where_k_is_zero() -> None:
    assert mine(at(0, 10), [0, 1], k=0) == [[], []]


def test_a_large_set_is_searched_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mining, "CANDIDATES", 10)
    vectors = nn.functional.normalize(torch.randn(50, 4, generator=torch.Generator().manual_seed(0)), dim=1)
    labels = [number % 5 for number in range(50)]
    found = mine(vectors, labels, min_similarity=-1.0)
    assert len({other for row in found for other in row} - {NONE}) <= 10
    assert all(labels[other] != labels[text] for text, row in enumerate(found) for other in row if other != NONE)
