"""Training images: decoded once, changed anew in every epoch, the same each time they are asked for."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import DataError
from engine.tasks.contract import Row
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.library import YOLODataset, library_settings
from engine.tasks.object_detection.paste import Pasting

Pixels = NDArray[np.uint8]


class TrainingImages(YOLODataset):
    """The library's dataset and augmentation on rows of ours. It neither scans folders nor writes caches beside
    the images, and draws every random number from a seed of the example."""

    def __init__(self, rows: Sequence[Row], paths: Sequence[Path], labels: Sequence[str], config: Config) -> None:
        self.rows, self.paths, self.config = rows, paths, config
        self.numbers = {label: number for number, label in enumerate(labels)}
        self.decoded = DecodedImages(paths, config.image_size, config.image_cache_mb)
        self.pasting: Pasting | None = None
        super().__init__(
            img_path=[],
            imgsz=config.image_size,
            augment=True,
            hyp=_augmentation(config, mosaic=config.mosaic),
            data={"names": dict(enumerate(labels)), "channels": 3},
            task="detect",
        )
        self.with_mosaic = self.transforms
        self.without_mosaic = self.build_transforms(_augmentation(config, mosaic=0.0))
        self.all_pasting = Pasting.of(self, config.copy_paste) if config.copy_paste else None

    def examples(self, keys: Sequence[tuple[int, int]], epoch: int) -> dict[str, Tensor]:
        """A batch of (image, example number) pairs: `img` as bytes, `cls`, `bboxes` and the `batch_idx` that says
        whose they are."""
        last = epoch >= self.config.epochs - self.config.mosaic_off_epochs
        self.transforms = self.without_mosaic if last else self.with_mosaic
        self.pasting = None if last else self.all_pasting
        made = [self._example(image, number, epoch) for image, number in keys]
        batch = self.collate_fn(made)
        return {name: batch[name] for name in ("img", "cls", "bboxes", "batch_idx")}

    def _example(self, image: int, number: int, epoch: int) -> dict[str, Any]:
        # The library draws from the generators of `random` and numpy; a seed of its own for each example makes
        # it the same whoever prepares it, and whatever was prepared before.
        state = np.random.SeedSequence([self.config.seed, epoch, number]).generate_state(1)
        random.seed(int(state[0]))
        np.random.seed(int(state[0]))
        return self[image]

    # -- what the library asks of its dataset

    def get_img_files(self, img_path: Any) -> list[str]:
        return [str(path) for path in self.paths]

    def get_labels(self) -> list[dict[str, Any]]:
        return [self._label(row, path) for row, path in zip(self.rows, self.paths, strict=True)]

    def build_transforms(self, hyp: Any = None) -> Any:
        # Mosaic would draw its partners from what was loaded last, which a resumed run does not know; told that
        # all images are in memory, it draws from all.
        self.cache = "ram"
        return super().build_transforms(hyp)

    def load_image(self, i: int, rect_mode: bool = True, resize_short: bool = False) -> Any:
        image, original = self.decoded[i]
        return image.copy(), original, image.shape[:2]

    def update_labels_info(self, label: dict[str, Any]) -> dict[str, Any]:
        if self.pasting is not None:
            self.pasting.into(label)
        return super().update_labels_info(label)

    def _label(self, row: Row, path: Path) -> dict[str, Any]:
        width, height = row["width"], row["height"]
        kept = [entry for entry in row["objects"] if entry["label"] in self.numbers]
        corners = np.array([entry["box"] for entry in kept], dtype=np.float32).reshape(-1, 4)
        corners /= np.array([width, height, width, height], dtype=np.float32)
        boxes = np.concatenate([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], axis=1)
        return {
            "im_file": str(path),
            "shape": (height, width),
            "cls": np.array([self.numbers[entry["label"]] for entry in kept], dtype=np.float32).reshape(-1, 1),
            "bboxes": boxes,
            "segments": [],
            "keypoints": None,
            "normalized": True,
            "bbox_format": "xywh",
        }


class DecodedImages:
    """Images brought to a size, the last used of them kept in memory."""

    def __init__(self, paths: Sequence[Path], size: int, cache_mb: int) -> None:
        self.paths, self.size, self.room = paths, size, cache_mb * 2**20
        self._kept: OrderedDict[int, tuple[Pixels, tuple[int, int]]] = OrderedDict()
        self._bytes = 0

    def __getitem__(self, number: int) -> tuple[Pixels, tuple[int, int]]:
        """The image (height × width × 3, blue first) and the (height, width) it has on disk."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        entry = self._read(self.paths[number])
        self._kept[number] = entry
        self._bytes += entry[0].nbytes
        while self._bytes > self.room and self._kept:
            self._bytes -= self._kept.popitem(last=False)[1][0].nbytes
        return entry

    def _read(self, path: Path) -> tuple[Pixels, tuple[int, int]]:
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            raise DataError("the image cannot be read", where=str(path), fix="make the dataset anew")
        height, width = image.shape[:2]
        scale = self.size / max(height, width)
        if scale != 1:
            size = (min(self.size, round(width * scale)), min(self.size, round(height * scale)))
            # Averaging keeps thin things that plain interpolation drops when an image shrinks.
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            image = cv2.resize(image, (max(1, size[0]), max(1, size[1])), interpolation=how)
        return np.asarray(image, dtype=np.uint8), (height, width)


def normalized(images: Tensor) -> Tensor:
    """Bytes as numbers from 0 to 1, on the device where they lie."""
    return images.to(torch.float32, memory_format=torch.channels_last) / 255


def _augmentation(config: Config, *, mosaic: float) -> Any:
    return library_settings(
        mosaic=mosaic,
        scale=config.scale,
        translate=config.translate,
        degrees=config.degrees,
        fliplr=config.flip,
        hsv_h=config.hue,
        hsv_s=config.saturation,
        hsv_v=config.brightness,
        copy_paste=0.0,
        mixup=0.0,
        cutmix=0.0,
        augmentations=[],
    )
