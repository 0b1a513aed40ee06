"""The detection loss: Ultralytics' v8 loss with our classification part and assigner in its seams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.tasks.object_detection.assigner import ThinAwareAssigner
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.library import v8DetectionLoss


class ClassLoss(nn.Module):
    """Cross-entropy of class scores (logits, B×anchors×classes) against soft targets, not reduced.

    `gamma` > 0: quality focal loss. `weights`: one per class, on targets above 0, or everywhere.
    """

    weights: Tensor | None

    def __init__(
        self, gamma: float = 0.0, weights: Sequence[float] | None = None, *, positives_only: bool = True
    ) -> None:
        super().__init__()
        self.gamma, self.positives_only = gamma, positives_only
        self.register_buffer("weights", None if weights is None else torch.tensor(weights, dtype=torch.float32))

    def forward(self, scores: Tensor, targets: Tensor) -> Tensor:
        loss = nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
        if self.gamma:
            loss = loss * (targets - scores.sigmoid()).abs().pow(self.gamma)
        if self.weights is None:
            return loss
        weights = self.weights.to(loss.dtype)
        return loss * (torch.where(targets > 0, weights, 1.0) if self.positives_only else weights)


class DetectionLoss(v8DetectionLoss):
    """Loss of a batch: box, class and distribution parts, each summed over anchors and divided by the sum of the
    soft targets, times the images."""

    def __init__(self, model: nn.Module, config: Config, labels: Sequence[str]) -> None:
        super().__init__(model, tal_topk=config.assigner_top_k)
        weights = class_weights(config.class_weights, labels)
        positives_only = config.class_weights_on == "positives"
        self.bce = ClassLoss(config.focal_gamma, weights, positives_only=positives_only).to(self.device)  # type: ignore[assignment]
        self.assigner.beta = config.assigner_beta
        head: Any = model.model[-1]  # type: ignore[index]
        if config.thin_objects != "off":
            self.assigner = ThinAwareAssigner(
                remedy=config.thin_objects,
                thin_width=config.thin_width,
                topk=config.assigner_top_k,
                num_classes=self.nc,
                alpha=self.assigner.alpha,
                beta=config.assigner_beta,
                stride=head.stride.tolist(),
            )


def class_weights(wanted: str | Mapping[str, float], labels: Sequence[str]) -> list[float] | None:
    """One weight per class in the order of `labels`; None when all are alike."""
    if isinstance(wanted, str):
        return None
    return [float(wanted.get(label, 1.0)) for label in labels]
