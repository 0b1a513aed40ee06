"""The classification loss: focal at the soft target, weights where they were asked for."""

from __future__ import annotations

import pytest
import torch

from engine.tasks.object_detection.loss import ClassLoss, class_weights


@pytest.mark.parametrize("target", [0.0, 0.3, 0.7, 0.9])
def test_the_quality_focal_loss_is_smallest_at_its_soft_target(target: float) -> None:
    chances = torch.linspace(0.001, 0.999, 999)
    loss = ClassLoss(gamma=2.0)(torch.logit(chances), torch.full_like(chances, target))
    assert chances[loss.argmin()].item() == pytest.approx(max(target, 0.001), abs=0.002)


def test_easy_places_count_less_with_focal_loss() -> None:
    scores, targets = torch.tensor([-4.0, 1.0]), torch.zeros(2)
    plain, focal = ClassLoss()(scores, targets), ClassLoss(gamma=2.0)(scores, targets)
    assert focal[0] / plain[0] < 0.001
    assert focal[1] / plain[1] > 0.5


def test_weights_on_positives_leave_the_negatives_of_a_class_alone() -> None:
    scores, targets = torch.zeros(1, 2, 2), torch.tensor([[[0.5, 0.0], [0.0, 0.0]]])
    plain = ClassLoss()(scores, targets)
    on_positives = ClassLoss(weights=[3.0, 1.0])(scores, targets)
    everywhere = ClassLoss(weights=[3.0, 1.0], positives_only=False)(scores, targets)
    assert torch.equal(on_positives / plain, torch.tensor([[[3.0, 1.0], [1.0, 1.0]]]))
    assert torch.equal(everywhere / plain, torch.tensor([[[3.0, 1.0], [3.0, 1.0]]]))


def test_a_class_weight_scales_the_gradient_of_its_positives() -> None:
    def gradient(weights: list[float] | None) -> torch.Tensor:
        scores = torch.zeros(2, requires_grad=True)
        ClassLoss(weights=weights)(scores, torch.tensor([1.0, 1.0])).sum().backward()
        assert scores.grad is not None
        return scores.grad

    assert torch.equal(gradient([3.0, 1.0]), gradient(None) * torch.tensor([3.0, 1.0]))


def test_classes_without_a_weight_weigh_one() -> None:
    assert class_weights({"crossarm": 3.0}, ["crossarm", "pole"]) == [3.0, 1.0]
    assert class_weights("none", ["crossarm", "pole"]) is None
