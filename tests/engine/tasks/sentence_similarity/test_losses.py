"""The losses: their values, and what they pull towards."""

from __future__ import annotations

import math

import pytest
import torch

from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.losses import LOSSES, angle, cosent, cosine_regression


@pytest.fixture
def vectors() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(6, 8), torch.randn(6, 8), torch.tensor([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


def test_every_loss_of_the_config_exists() -> None:
    assert set(Config.model_json_schema()["properties"]["loss"]["enum"]) == set(LOSSES)


def test_cosine_regression_is_the_mean_squared_distance_of_the_cosine_from_the_score() -> None:
    a, b = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 2.0], [3.0, 0.0]])
    assert cosine_regression(a, b, torch.tensor([0.5, 1.0])).item() == pytest.approx(0.125)


def test_cosent_counts_every_pair_of_pairs_whose_order_is_known(vectors: tuple[torch.Tensor, ...]) -> None:
    a, b, score = vectors
    similarity = torch.nn.functional.cosine_similarity(a, b)
    total = 1.0
    for low in range(6):
        for high in range(6):
            if score[high] > score[low]:
                total += math.exp(20 * float(similarity[low] - similarity[high]))
    assert cosent(a, b, score).item() == pytest.approx(math.log(total), rel=1e-5)


def test_ranking_says_nothing_about_equal_scores(vectors: tuple[torch.Tensor, ...]) -> None:
    a, b, _ = vectors
    a.requires_grad_()
    loss = cosent(a, b, torch.full((6,), 0.5))
    loss.backward()
    assert loss.item() == 0
    assert a.grad is not None and not a.grad.any()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LOSSES))
def test_following_the_loss_brings_the_order_of_the_scores(name: str, vectors: tuple[torch.Tensor, ...]) -> None:
    a, b, score = vectors
    a.requires_grad_()
    optimizer = torch.optim.Adam([a], lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        loss = LOSSES[name](a, b, score)
        loss.backward()
        optimizer.step()
    similarity = torch.nn.functional.cosine_similarity(a, b)
    if name == "angle":  # it orders the angle, which is more than the cosine
        assert loss.item() < 0.1
    else:
        assert similarity.argsort().tolist() == list(range(6))


@pytest.mark.slow
def test_the_ranking_losses_equal_those_of_sentence_transformers(vectors: tuple[torch.Tensor, ...]) -> None:
    from sentence_transformers.util import pairwise_angle_sim, pairwise_cos_sim

    a, b, score = vectors
    for ours, similarity_of in ((cosent, pairwise_cos_sim), (angle, pairwise_angle_sim)):
        similarity = similarity_of(a, b) * 20
        difference = similarity[:, None] - similarity[None, :]
        unordered = (score[:, None] >= score[None, :]).float()
        terms = (difference - unordered * 1e12).view(-1)
        theirs = torch.logsumexp(torch.cat((torch.zeros(1), terms)), dim=0)
        assert ours(a, b, score).item() == pytest.approx(theirs.item(), rel=1e-5)
