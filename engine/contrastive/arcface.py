"""Additive angular margin: a class is a direction, and a picture must lie nearer to its own by a margin."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ArcFace(nn.Module):
    """Directions of the classes, and the loss that pulls embeddings to their own (Deng et al. 2019, arXiv 1801.07698,
    equation 3). With a margin of 0 it is softmax over cosines. The margin asks for many pictures of each class: with
    few, training fits them and people never seen are confused (deepinsight/insightface issue 495)."""

    def __init__(self, classes: int, dimensions: int, *, scale: float, margin: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, dimensions))
        nn.init.xavier_uniform_(self.weight)
        self.scale, self.margin = scale, margin

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        """Mean cross-entropy over the batch; `vectors` (N, dimensions) of any length, `labels` (N,)."""
        cosines = nn.functional.linear(
            nn.functional.normalize(vectors.float(), dim=1), nn.functional.normalize(self.weight.float(), dim=1)
        )
        own = cosines.gather(1, labels[:, None]).clamp(-1 + 1e-7, 1 - 1e-7)
        # Past π the cosine would rise again: there the margin is taken as a plain distance.
        angle = own.acos() + self.margin
        wanted = torch.where(angle < torch.pi, angle.cos(), own - self.margin * torch.sin(torch.tensor(self.margin)))
        logits = cosines.scatter(1, labels[:, None], wanted) * self.scale
        return nn.functional.cross_entropy(logits, labels)
