"""Which anchors learn which box: the task-aligned assigner, with a fit that thin boxes can reach.

The assigner scores a candidate by class^0.5 · fit^β, and the best fit of a box scales its soft targets. Of a
box 4 pixels high, a prediction that is 4 pixels off has an IoU of 0: nothing pulls its class up, and a class of
such boxes may never start. The two remedies change the fit of thin boxes alone; the box loss stays as it is.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.tasks.object_detection.library import TaskAlignedAssigner


class ThinAwareAssigner(TaskAlignedAssigner):
    """Measures the fit of thin boxes by `distance` or by IoU of `widen`ed boxes.

    `thin_width`: sides below it count as thin, in pixels of the network's input.
    """

    def __init__(self, *, remedy: str, thin_width: float, **settings: Any) -> None:
        super().__init__(**settings)
        if remedy not in ("distance", "widen"):
            raise ValueError(f"no remedy {remedy!r}")
        self.remedy, self.thin_width = remedy, thin_width

    def iou_calculation(self, gt_bboxes: Tensor, pd_bboxes: Tensor) -> Tensor:
        """Fit of each pair of boxes (N×4, corners in pixels), 0 to 1."""
        plain = super().iou_calculation(gt_bboxes, pd_bboxes)
        thin = short_sides(gt_bboxes) < self.thin_width
        if self.remedy == "distance":
            fit = wasserstein_similarity(gt_bboxes, pd_bboxes, constant=self.thin_width)
        else:
            fit = super().iou_calculation(widened(gt_bboxes, self.thin_width), widened(pd_bboxes, self.thin_width))
        return torch.where(thin, torch.maximum(plain, fit.to(plain.dtype)), plain)


def short_sides(boxes: Tensor) -> Tensor:
    """The shorter side of each box (N×4, corners)."""
    return torch.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])


def wasserstein_similarity(boxes: Tensor, others: Tensor, *, constant: float) -> Tensor:
    """e^(−W/constant) of each pair, W the Wasserstein distance of the boxes as Gaussians (arXiv 2110.13389, eq. 9).

    Smooth where boxes do not meet, and the same for boxes of any size; 1 for equal boxes.
    """
    centres = (boxes[:, :2] + boxes[:, 2:] - others[:, :2] - others[:, 2:]) / 2
    sizes = (boxes[:, 2:] - boxes[:, :2] - others[:, 2:] + others[:, :2]) / 2
    squared = centres.square().sum(1) + sizes.square().sum(1)
    return torch.exp(-squared.clamp(min=1e-12).sqrt() / constant)


def widened(boxes: Tensor, width: float) -> Tensor:
    """Boxes whose sides are at least `width`, about the same centres."""
    half = ((boxes[:, 2:] - boxes[:, :2]).clamp(min=width)) / 2
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return torch.cat([centres - half, centres + half], dim=1)
