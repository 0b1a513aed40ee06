"""What training minimises: a number from two batches of vectors and the scores of the pairs.

The default was chosen by measurement (MiniLM, Spearman's correlation on held-out pairs, one seed each):

| | untrained | cosine | cosine+cosent | cosent |
| --- | --- | --- | --- | --- |
| SICK: 2,000 pairs, 2 epochs, 2e-5; 3,000 test pairs | 0.772 | 0.813 | 0.807 | 0.788 |
| utility: 700 pairs, 3 epochs, 1e-4; 100 test pairs | 0.557 | 0.747 | | 0.748 |

`angle` and `cosine+pearson` were not measured on either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn

RANKING_SCALE = 20.0
"""Inverse temperature of the ranking losses (Su 2022; the default of sentence-transformers)."""

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


def cosine_regression(a: Tensor, b: Tensor, score: Tensor) -> Tensor:
    """Mean squared distance of the cosine from the score (Reimers & Gurevych 2019, regression objective)."""
    return nn.functional.mse_loss(_cosine(a, b), score)


def cosent(a: Tensor, b: Tensor, score: Tensor) -> Tensor:
    """CoSENT (Su 2022): every pair with a higher score should have the higher cosine."""
    return _ranking(_cosine(a, b), score)


def angle(a: Tensor, b: Tensor, score: Tensor) -> Tensor:
    """AnglE (Li & Li 2023): CoSENT on the angle in the complex plane, where gradients do not vanish."""
    return _ranking(_angle_similarity(a.float(), b.float()), score)


def cosine_and_cosent(a: Tensor, b: Tensor, score: Tensor) -> Tensor:
    """Cosine regression with a little ranking: the value where it should be, the order as well."""
    return cosine_regression(a, b, score) + 0.02 * cosent(a, b, score)


def cosine_and_pearson(a: Tensor, b: Tensor, score: Tensor) -> Tensor:
    """Cosine regression with 1 − Pearson's correlation inside the batch."""
    return cosine_regression(a, b, score) + 0.1 * (1 - _pearson(_cosine(a, b), score))


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "cosine": cosine_regression,
        "cosent": cosent,
        "angle": angle,
        "cosine+cosent": cosine_and_cosent,
        "cosine+pearson": cosine_and_pearson,
    }
)


def _cosine(a: Tensor, b: Tensor) -> Tensor:
    # In float32: bf16 has 8 bits of mantissa, too few to tell cosines near 1 apart.
    return nn.functional.cosine_similarity(a.float(), b.float())


def _ranking(similarity: Tensor, score: Tensor) -> Tensor:
    """log(1 + Σ exp(scale · (s_j − s_i))) over all pairs of examples where i has the higher score."""
    scaled = similarity * RANKING_SCALE
    difference = scaled[None, :] - scaled[:, None]
    wrong = score[:, None] <= score[None, :]
    terms = difference.masked_fill(wrong, -torch.inf).reshape(-1)
    return torch.logsumexp(torch.cat([terms.new_zeros(1), terms]), 0)


def _angle_similarity(a: Tensor, b: Tensor) -> Tensor:
    """|cos + sin| of the angle between vectors whose halves are real and imaginary part."""
    a, b = nn.functional.normalize(a, dim=1), nn.functional.normalize(b, dim=1)
    a_real, a_imaginary = a.chunk(2, dim=1)
    b_real, b_imaginary = b.chunk(2, dim=1)
    return ((a * b).sum(1) + (a_imaginary * b_real - a_real * b_imaginary).sum(1)).abs()


def _pearson(x: Tensor, y: Tensor) -> Tensor:
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / (x.norm() * y.norm()).clamp(min=1e-8)
