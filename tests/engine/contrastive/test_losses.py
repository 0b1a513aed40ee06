"""Losses: values by hand, anchors without a positive, gradients that stay finite."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.contrastive.losses import anchors, batch_all_triplet, semi_hard_triplet, supcon

LOSSES: list[Callable[[Tensor, Tensor], Tensor]] = [
    lambda vectors, labels: supcon(vectors, labels, 0.07),
    lambda vectors, labels: batch_all_triplet(vectors, labels, 0.25),
    lambda vectors, labels: semi_hard_triplet(vectors, labels, 0.25),
]
ALONE = torch.tensor([0, 1, 2, 3])
APART = torch.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0]])
PAIRS = torch.tensor([0, 0, 1, 1])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(
    "labels", [ALONE, PAIRS, torch.tensor([0, 0, 0, 0]), torch.tensor([0, 0, 1, 2])], ids=lambda t: str(t.tolist())
)
def test_every_batch_gives_a_finite_loss_and_finite_gradients(
    loss: Callable[[Tensor, Tensor], Tensor], labels: Tensor
) -> None:
    vectors = torch.randn(4, 8, generator=torch.Generator().manual_seed(0), requires_grad=True)
    value = loss(vectors, labels)
    value.backward()
    assert torch.isfinite(value)
    assert vectors.grad is not None and torch.isfinite(vectors.grad).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_batch_without_two_texts_of_a_class_teaches_nothing(loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    vectors = torch.randn(4, 8, requires_grad=True)
    value = loss(vectors, ALONE)
    value.backward()
    assert value == 0 and vectors.grad is not None and not vectors.grad.any()


@pytest.mark.parametrize("loss", LOSSES)
def test_classes_that_lie_apart_cost_less_than_mixed_ones(loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    assert loss(APART, PAIRS) < loss(APART, torch.tensor([0, 1, 0, 1]))


def test_supcon_is_the_cross_entropy_of_finding_the_own_class() -> None:
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    labels = torch.tensor([0, 0, 1])
    # cosines: 01 0, 02 0.6, 12 0.8; anchors 0 and 1, each with the other as its positive
    first = -math.log(math.exp(0) / (math.exp(0) + math.exp(0.6)))
    second = -math.log(math.exp(0) / (math.exp(0) + math.exp(0.8)))
    assert supcon(vectors, labels, 1.0).item() == pytest.approx((first + second) / 2, abs=1e-6)


def test_batch_all_is_the_mean_over_triplets_that_violate_the_margin() -> None:
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    labels = torch.tensor([0, 0, 1])
    # distances: 01 1, 02 0.4, 12 0.2
    expected = ((0.25 + 1 - 0.4) + (0.25 + 1 - 0.2)) / 2
    assert batch_all_triplet(vectors, labels, 0.25).item() == pytest.approx(expected, abs=1e-6)


def test_semi_hard_takes_the_nearest_negative_beyond_the_positive() -> None:
    degrees = torch.tensor([0.0, 20.0, 10.0, 30.0, 80.0]).deg2rad()
    vectors = torch.stack([degrees.cos(), degrees.sin()], dim=1)
    labels = torch.tensor([0, 0, 1, 2, 3])

    def distance(angle: float) -> float:
        return 1 - math.cos(math.radians(angle))

    # Anchor at 0°: positive at 20°, beyond it the negative at 30°. Anchor at 20°: the one at 80°.
    first = 0.25 + distance(20) - distance(30)
    second = max(0.0, 0.25 + distance(20) - distance(60))
    assert semi_hard_triplet(vectors, labels, 0.25).item() == pytest.approx((first + second) / 2, abs=1e-5)


def test_anchors_are_texts_with_another_of_their_class() -> None:
    assert anchors(torch.tensor([0, 0, 1, 2, 2, 2])) == 5
