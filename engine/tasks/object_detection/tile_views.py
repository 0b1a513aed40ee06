"""Tiles of training images: drawn anew for each example, cut out with the boxes that they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.decoded import DecodedImages, brought_to
from engine.tasks.object_detection.paste import Pasting, corners
from engine.tasks.object_detection.tiles import Floats, Region, anywhere, around, cut, scraps_mask, tiling_of

if TYPE_CHECKING:
    from engine.tasks.object_detection.images import TrainingImages

AROUND_AN_OBJECT = 0.5
"""Part of the tiles drawn around an object. In large images most places show none, and the network must see such
places, too: it meets them in every image that it reads by tiles."""
GREY = 114
"""What the library fills borders with."""


@dataclass(frozen=True)
class TileViews:
    """Tiles of images at full resolution, in the form of the library's examples."""

    images: TrainingImages
    decoded: DecodedImages
    size: int
    least_share: float
    weights: NDArray[np.float64]
    """Chance of each class to have a tile drawn around it: the rarer, the larger."""
    pasting: Pasting | None

    @classmethod
    def of(cls, images: TrainingImages, decoded: DecodedImages, config: Config) -> TileViews:
        """The tiles that a config asks for; it must ask for some."""
        tiling = tiling_of(config)
        assert tiling is not None
        classes = np.concatenate([np.empty((0, 1)), *(label["cls"] for label in images.labels)])[:, 0].astype(int)
        weights = 1.0 / np.maximum(1, np.bincount(classes, minlength=1))
        pasting = Pasting.of(images, decoded, config.copy_paste) if config.copy_paste else None
        return cls(images, decoded, tiling.size, config.tile_box_share, weights, pasting)

    def draw(self, index: int, *, paste: bool) -> dict[str, Any] | None:
        """A tile of an image, drawn by numpy's generator, which the example has seeded; None where the image is no
        larger than a tile."""
        image, _ = self.decoded[index]
        height, width = image.shape[:2]
        if max(height, width) <= self.size:
            return None
        known = self.images.labels[index]
        boxes = corners(known["bboxes"], (height, width)).astype(np.float64)
        region = self._place(boxes, known["cls"][:, 0].astype(int), (height, width))
        seen = cut(boxes, region, self.least_share)
        pixels = image[region[1] : region[3], region[0] : region[2]].copy()
        tall, wide = pixels.shape[:2]
        pixels[scraps_mask(seen, wide, tall)] = GREY
        label = {
            "im_file": known["im_file"],
            "img": pixels,
            "cls": known["cls"][seen.kept].copy(),
            "bboxes": _in_parts(seen.boxes, wide, tall),
            "segments": [],
            "keypoints": None,
            "normalized": True,
            "bbox_format": "xywh",
        }
        if paste and self.pasting is not None:
            self.pasting.into(label)
        label["img"] = brought_to(label["img"], self.images.config.image_size)
        shape = label["img"].shape[:2]
        return {
            **label,
            "ori_shape": (tall, wide),
            "resized_shape": shape,
            "ratio_pad": (shape[0] / tall, shape[1] / wide),
        }

    def _place(self, boxes: Floats, classes: NDArray[np.int64], size: tuple[int, int]) -> Region:
        draws = np.random.default_rng(np.random.randint(2**31))
        height, width = size
        if len(boxes) and draws.random() < AROUND_AN_OBJECT:
            weights = self.weights[classes]
            chosen = int(draws.choice(len(boxes), p=weights / weights.sum()))
            return around(boxes[chosen].tolist(), width, height, self.size, draws)
        return anywhere(width, height, self.size, draws)


def _in_parts(boxes: Floats, width: int, height: int) -> NDArray[np.float32]:
    """Corners in pixels as centre and size in parts of the tile."""
    scaled = boxes / np.array([width, height, width, height], dtype=np.float64)
    centres, sizes = (scaled[:, :2] + scaled[:, 2:]) / 2, scaled[:, 2:] - scaled[:, :2]
    return np.concatenate([centres, sizes], axis=1).astype(np.float32)
