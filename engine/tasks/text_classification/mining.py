"""Hard negatives: texts of other classes that the encoder, as it stands, takes for alike."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.contrastive.batches import NONE

SAME_TEXT = 0.9999
"""Cosine above which two texts read the same: under two labels they are an error, and no example to learn from."""
CANDIDATES = 20_000
"""Texts that are looked through at most: mining is quadratic, and so many hold near ones enough."""
_AT_ONCE = 1024


def hard_negatives(
    vectors: Tensor, labels: Tensor, *, k: int, min_similarity: float, mined_for: Tensor, seed: int
) -> Tensor:
    """The `k` nearest texts of other classes of each text, nearest first, `NONE` where there are fewer: (texts, k).

    `vectors` (texts, dimensions) have length 1. `mined_for` tells of each text whether it is to get any. Not
    counted: what is less alike than `min_similarity`, and what reads the same.
    """
    found = torch.full((len(vectors), k), NONE, dtype=torch.long)
    if k == 0:
        return found
    candidates = torch.arange(len(vectors))
    if len(vectors) > CANDIDATES:
        drawn = torch.randperm(len(vectors), generator=torch.Generator().manual_seed(seed))
        candidates = drawn[:CANDIDATES].sort().values
    room = min(k, len(candidates))
    asked = mined_for.nonzero().flatten()
    for part in asked.split(_AT_ONCE):
        similarity = vectors[part] @ vectors[candidates].T
        out = labels[part][:, None] == labels[candidates][None, :]
        out |= (similarity < min_similarity) | (similarity > SAME_TEXT)
        nearest = similarity.masked_fill(out, -torch.inf).topk(room, dim=1)
        found[part, :room] = candidates[nearest.indices].masked_fill(nearest.values.isinf(), NONE)
    return found
