"""Losses that move the examples of a class together and those of others apart: a number from the vectors of a batch
of classes × examples and their classes.

Each compares every example with every other of its batch, so that an example is encoded once per step. Examples
without another of their class in the batch are no anchors: as ones they would divide by zero, which turned every
weight into NaN in SetFit 1.2.0 (its Trainer never sets the sampler of these losses).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def anchors(labels: Tensor) -> Tensor:
    """How many examples have another of their class beside them."""
    return _same_class(labels).any(1).sum()


def supcon(vectors: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Supervised contrastive loss, the form with the sum outside of the logarithm (Khosla et al. 2020,
    arXiv 2004.11362, equation 2), mean over anchors that have a positive."""
    unit = nn.functional.normalize(vectors.float(), dim=1)
    positive = _same_class(labels)
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    logits = (unit @ unit.T / temperature).masked_fill(itself, -torch.inf)
    log_share = logits - logits.logsumexp(1, keepdim=True)
    positives = positive.sum(1)
    anchors = positives > 0
    per_anchor = -log_share.masked_fill(~positive, 0.0).sum(1) / positives.clamp(min=1)
    return per_anchor.masked_fill(~anchors, 0.0).sum() / anchors.sum().clamp(min=1)


def batch_all_triplet(vectors: Tensor, labels: Tensor, margin: float) -> Tensor:
    """Mean of `margin + d(anchor, positive) − d(anchor, negative)` over all triplets of the batch that violate the
    margin, d being the cosine distance (Hermans et al. 2017, arXiv 1703.07737, "batch all" without zeros)."""
    distance = cosine_distance(vectors)
    positive, negative = _same_class(labels), labels[:, None] != labels[None, :]
    triplet = positive[:, :, None] & negative[:, None, :]
    violation = (margin + distance[:, :, None] - distance[:, None, :]).relu().masked_fill(~triplet, 0.0)
    return violation.sum() / (violation > 0).sum().clamp(min=1)


def semi_hard_triplet(vectors: Tensor, labels: Tensor, margin: float) -> Tensor:
    """For each anchor and positive the nearest negative that is farther than the positive, or, where none is, the
    farthest (Schroff et al. 2015, arXiv 1503.03832, section 3.2); mean over the pairs that have a negative."""
    distance = cosine_distance(vectors)
    positive, negative = _same_class(labels), labels[:, None] != labels[None, :]
    farther = negative[:, None, :] & (distance[:, None, :] > distance[:, :, None])
    nearest = distance[:, None, :].masked_fill(~farther, torch.inf).amin(2)
    farthest = distance.masked_fill(~negative, -torch.inf).amax(1, keepdim=True)
    chosen = torch.where(farther.any(2), nearest, farthest)
    pairs = positive & negative.any(1, keepdim=True)
    # Filled before the subtraction: infinity times a gradient of zero is not a number.
    violation = (margin + distance - chosen.masked_fill(~pairs, 0.0)).relu().masked_fill(~pairs, 0.0)
    return violation.sum() / pairs.sum().clamp(min=1)


def cosine_distance(vectors: Tensor) -> Tensor:
    """1 − cosine of every two vectors, in float32: bf16 has too few digits to tell near ones apart."""
    unit = nn.functional.normalize(vectors.float(), dim=1)
    return 1 - unit @ unit.T


def _same_class(labels: Tensor) -> Tensor:
    """Which others are of the same class; nothing is its own positive."""
    return (labels[:, None] == labels[None, :]) & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
