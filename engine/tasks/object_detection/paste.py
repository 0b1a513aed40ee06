"""Copy-paste for boxes: objects of other images, rare classes first, blended in where nothing else stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.tasks.object_detection.decoded import DecodedImages
    from engine.tasks.object_detection.images import TrainingImages

Floats = NDArray[np.float32]
TRIES = 8
"""Places tried for an object before it is left out."""
MOST = 3
"""Objects pasted into an image, at most."""
OVERLAP = 0.1
"""Part of a box that another may cover, at most."""
MARGIN = 0.15
"""Surroundings taken along, as a part of the box: they are blended into the new place."""


@dataclass
class Pasting:
    """Which objects there are to paste, and how often each is drawn."""

    images: TrainingImages
    decoded: DecodedImages
    """Where objects are cut from: at the scale of the images that they are pasted into."""
    probability: float
    objects: NDArray[np.int64]
    """Image and number in it of each object."""
    weights: NDArray[np.float64]
    """Objects of a class that is half as frequent are drawn as often as those of one twice as frequent."""

    @classmethod
    def of(cls, images: TrainingImages, decoded: DecodedImages, probability: float) -> Pasting | None:
        """The objects of a training split; None when it has none."""
        places = [(at, number) for at, label in enumerate(images.labels) for number in range(len(label["cls"]))]
        if not places:
            return None
        classes = np.concatenate([label["cls"][:, 0] for label in images.labels]).astype(int)
        weights = 1.0 / np.bincount(classes)[classes]
        return cls(images, decoded, probability, np.array(places), weights / weights.sum())

    def into(self, label: dict[str, Any]) -> None:
        """Paste into an example as the library holds it (`img`, `bboxes` as centre and size in parts of the image,
        `cls`). Draws from numpy's generator, which the example has seeded."""
        if np.random.random() >= self.probability:
            return
        image = label["img"]
        for _ in range(np.random.randint(1, MOST + 1)):
            chosen = int(np.random.choice(len(self.objects), p=self.weights))
            at, number = self.objects[chosen]
            piece, inner = self._cut(int(at), int(number))
            place = _free_place(piece.shape[:2], inner, image.shape[:2], corners(label["bboxes"], image.shape[:2]))
            if place is None:
                continue
            _blend(image, piece, inner, place)
            height, width = image.shape[:2]
            x0, y0 = place[0] + inner[0], place[1] + inner[1]
            x1, y1 = place[0] + inner[2], place[1] + inner[3]
            box = np.array(
                [[(x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height]],
                dtype=np.float32,
            )
            label["bboxes"] = np.concatenate([label["bboxes"], box])
            label["cls"] = np.concatenate([label["cls"], self.images.labels[at]["cls"][number : number + 1]])

    def _cut(self, at: int, number: int) -> tuple[NDArray[np.uint8], Floats]:
        """An object with its surroundings, and its box in them."""
        image, _ = self.decoded[at]
        height, width = image.shape[:2]
        x0, y0, x1, y1 = corners(self.images.labels[at]["bboxes"][number : number + 1], (height, width))[0]
        margin = 2 + MARGIN * min(x1 - x0, y1 - y0)
        left, top = max(0, int(x0 - margin)), max(0, int(y0 - margin))
        right, bottom = min(width, int(np.ceil(x1 + margin))), min(height, int(np.ceil(y1 + margin)))
        piece = image[top:bottom, left:right]
        inner = np.array([x0 - left, y0 - top, x1 - left, y1 - top], dtype=np.float32)
        if np.random.random() < 0.5:
            piece = piece[:, ::-1]
            inner[[0, 2]] = piece.shape[1] - inner[[2, 0]]
        return np.ascontiguousarray(piece), inner


def corners(boxes: Floats, size: tuple[int, int]) -> Floats:
    """Centre and size in parts of an image (height, width) as corners in pixels."""
    height, width = size
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1) * np.array(
        [width, height, width, height], dtype=np.float32
    )


def _free_place(
    piece: tuple[int, int], inner: Floats, image: tuple[int, int], boxes: Floats
) -> tuple[int, int] | None:
    """Where the piece's left upper corner may lie so that its object hides no other; None when none was found."""
    room_y, room_x = image[0] - piece[0], image[1] - piece[1]
    if room_x < 0 or room_y < 0:
        return None
    for _ in range(TRIES):
        x, y = int(np.random.randint(room_x + 1)), int(np.random.randint(room_y + 1))
        box = inner + np.array([x, y, x, y], dtype=np.float32)
        if not len(boxes):
            return x, y
        shared = np.clip(np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]), 0, None).prod(axis=1)
        smaller = np.minimum((box[2:] - box[:2]).prod(), (boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
        if (shared <= OVERLAP * smaller).all():
            return x, y
    return None


def _blend(image: NDArray[np.uint8], piece: NDArray[np.uint8], inner: Floats, place: tuple[int, int]) -> None:
    """Lay the piece over the image: whole inside the box, fading out in its surroundings."""
    height, width = piece.shape[:2]
    mask = np.zeros((height, width), dtype=np.float32)
    x0, y0, x1, y1 = np.rint(inner).astype(int)
    mask[max(0, y0) : max(y1, y0 + 1), max(0, x0) : max(x1, x0 + 1)] = 1.0
    mask = np.maximum(mask, cv2.GaussianBlur(mask, (5, 5), 0))[..., None]
    x, y = place
    under = image[y : y + height, x : x + width]
    under[:] = np.rint(piece * mask + under * (1 - mask)).astype(np.uint8)
