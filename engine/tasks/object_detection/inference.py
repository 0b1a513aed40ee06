"""Finds objects in images: brings them, and their tiles, to the network's size, reads batches, maps boxes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.tasks.object_detection.decoded import Pixels
from engine.tasks.object_detection.images import normalized
from engine.tasks.object_detection.library import non_max_suppression
from engine.tasks.object_detection.merging import merged
from engine.tasks.object_detection.tiles import Region, Tiling, cover, moved_back

Detections = NDArray[np.float32]
"""n×6: corners in pixels of the image, confidence, class; falling confidence."""
FLOOR = 0.001
"""Confidence below which nothing is told: curves need the unsure ones (COCO's evaluation)."""
STRIDE = 32
GREY = 114
"""What the library fills borders with."""


@dataclass(frozen=True)
class Fitted:
    """An image at the network's size, and how to go back."""

    pixels: Pixels
    scale: float
    left: int
    top: int
    original: tuple[int, int]
    """Height and width."""


def fit(image: Pixels, size: int) -> Fitted:
    """Longer side to `size`, borders up to a multiple of the stride."""
    height, width = image.shape[:2]
    scale = size / max(height, width)
    new = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(image, new, interpolation=how) if scale != 1 else image
    pad_x, pad_y = -new[0] % STRIDE, -new[1] % STRIDE
    left, top = pad_x // 2, pad_y // 2
    pixels = cv2.copyMakeBorder(
        resized, top, pad_y - top, left, pad_x - left, cv2.BORDER_CONSTANT, value=(GREY, GREY, GREY)
    )
    return Fitted(np.asarray(pixels, dtype=np.uint8), scale, left, top, (height, width))


def detect(
    model: nn.Module,
    images: Iterable[Pixels],
    *,
    size: int,
    batch_size: int,
    nms_iou: float,
    max_detections: int,
    tiling: Tiling | None = None,
    tick: Callable[[int], None] = lambda done: None,
) -> list[Detections]:
    """Objects of every image (blue first, as decoded), in order. The model must be in evaluation mode.

    With a tiling, an image that is larger than a tile is read whole and by tiles. Batches hold views of one shape,
    of whatever images.
    """
    device = next(model.parameters()).device
    read: list[_Read] = []
    waiting: dict[tuple[int, ...], list[tuple[_Read, int, Fitted]]] = {}
    done = 0

    def read_batch(group: list[tuple[_Read, int, Fitted]]) -> None:
        nonlocal done
        pixels = np.stack([fitted.pixels for *_, fitted in group])[..., ::-1].transpose(0, 3, 1, 2)
        batch = normalized(torch.from_numpy(np.ascontiguousarray(pixels)).to(device))
        boxes = non_max_suppression(
            model(batch)[0].float(),
            conf_thres=FLOOR,
            iou_thres=nms_iou,
            multi_label=True,
            max_det=max_detections,
            max_time_img=1e6,  # a limit in seconds would make the result depend on the machine's load
        )
        for (image, view, fitted), one in zip(group, boxes, strict=True):
            done += image.take(view, _back(one[:, :6].cpu().numpy().astype(np.float32), fitted), max_detections)
        tick(done)

    for pixels in images:
        height, width = pixels.shape[:2]
        views = [(0, 0, width, height), *(cover(width, height, tiling) if tiling else ())]
        read.append(_Read(views))
        for number, (x0, y0, x1, y1) in enumerate(views):
            fitted = fit(pixels[y0:y1, x0:x1], size)
            group = waiting.setdefault(fitted.pixels.shape, [])
            group.append((read[-1], number, fitted))
            if len(group) == batch_size:
                read_batch(waiting.pop(fitted.pixels.shape))
    for group in waiting.values():
        read_batch(group)
    return [image.told for image in read]


class _Read:
    """An image of which some views are read and others are not yet."""

    def __init__(self, views: list[Region]) -> None:
        self.views = views
        self.found: dict[int, Detections] = {}
        self.told: Detections = np.empty((0, 6), dtype=np.float32)

    def take(self, view: int, detections: Detections, most: int) -> bool:
        """Note what a view showed; True when it was the last, and `told` says what the image shows."""
        detections[:, :4] = moved_back(detections[:, :4], self.views[view])
        self.found[view] = detections
        if len(self.found) < len(self.views):
            return False
        found = [self.found[number] for number in range(len(self.views))]
        self.told = found[0] if len(found) == 1 else merged(found, self.views, most)
        self.found.clear()
        return True


def _back(detections: Detections, fitted: Fitted) -> Detections:
    height, width = fitted.original
    shift = np.array([fitted.left, fitted.top, fitted.left, fitted.top], dtype=np.float32)
    limit = np.array([width, height, width, height], dtype=np.float32)
    detections[:, :4] = np.clip((detections[:, :4] - shift) / fitted.scale, 0, limit)
    sides = detections[:, 2:4] - detections[:, :2]
    return detections[(sides > 0).all(axis=1)]
