"""The angular margin: softmax over cosines without it, harder with it, finite at the poles."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from engine.contrastive.arcface import ArcFace


def loss_of(margin: float, vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    return ArcFace(3, 4, scale=8.0, margin=margin)(vectors, labels)


def test_without_a_margin_it_is_softmax_over_cosines() -> None:
    torch.manual_seed(0)
    made = ArcFace(3, 4, scale=8.0, margin=0.0)
    vectors, labels = torch.randn(5, 4), torch.tensor([0, 1, 2, 0, 1])
    unit = torch.nn.functional.normalize
    cosines = unit(vectors, dim=1) @ unit(made.weight, dim=1).T
    assert float(made(vectors, labels).detach()) == pytest.approx(
        float(torch.nn.functional.cross_entropy(8 * cosines, labels)), abs=1e-5
    )


def test_a_margin_makes_it_harder() -> None:
    vectors, labels = torch.randn(5, 4), torch.tensor([0, 1, 2, 0, 1])
    assert loss_of(0.5, vectors, labels) > loss_of(0.1, vectors, labels) > loss_of(0.0, vectors, labels)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_loss_is_finite_and_falls_towards_the_own_direction(sign: int) -> None:
    torch.manual_seed(0)
    made = ArcFace(3, 4, scale=8.0, margin=0.5)
    vectors = (sign * made.weight.detach()).requires_grad_()
    loss = made(vectors, torch.arange(3))
    loss.backward()
    assert math.isfinite(loss.item()) and torch.isfinite(vectors.grad).all()


def test_the_farther_from_the_own_direction_the_more_it_costs() -> None:
    made = ArcFace(2, 3, scale=8.0, margin=0.5)
    with torch.no_grad():
        made.weight.copy_(torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
        # Away from the own direction, as far from the other one all the while.
        angles = torch.linspace(0, math.pi, 50)
        losses = [float(made(torch.tensor([[math.cos(a), 0.0, math.sin(a)]]), torch.tensor([0]))) for a in angles]
    assert all(later >= earlier - 1e-4 for earlier, later in itertools.pairwise(losses))
