"""Training images: decoded once, changed anew in every epoch, the same each time they are asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.allowance import free_memory_bytes, room_bytes
from engine.tasks.contract import Row
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.decoded import DecodedImages
from engine.tasks.object_detection.library import Compose, RandomPerspective, YOLODataset, library_settings
from engine.tasks.object_detection.paste import Pasting
from engine.tasks.object_detection.tile_views import TileViews
from engine.training.trainable import Batch

Key = tuple[int, int] | tuple[int, int, bool]
"""Number of an image, number of the example (its seed), and whether a tile of the image is shown."""


class TrainingImages(YOLODataset):
    """The library's dataset and augmentation on rows of ours. It neither scans folders nor writes caches beside
    the images, and draws every random number from a seed of the example."""

    def __init__(self, rows: Sequence[Row], paths: Sequence[Path], labels: Sequence[str], config: Config) -> None:
        self.rows, self.paths, self.config = rows, paths, config
        self.numbers = {label: number for number, label in enumerate(labels)}
        tiled = config.tiles == "both"
        room = room_bytes(config.image_cache_mb, free_memory_bytes()) // (2 if tiled else 1)
        self.decoded = DecodedImages(paths, config.image_size, room)
        self.pasting: Pasting | None = None
        self.by_tile = False
        """Whether the example that is being made shows tiles."""
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
        self.all_pasting = Pasting.of(self, self.decoded, config.copy_paste) if config.copy_paste else None
        self.rows = ()  # read: what goes to another process is small
        self.tiles = TileViews.of(self, DecodedImages(paths, None, room), config) if tiled else None

    def examples(self, keys: Sequence[Key], epoch: int) -> dict[str, Tensor]:
        """A batch of examples: `img` as bytes, `cls`, `bboxes` and the `batch_idx` that says whose they are."""
        last = epoch >= self.config.epochs - self.config.mosaic_off_epochs
        self.transforms = self.without_mosaic if last else self.with_mosaic
        self.pasting = None if last else self.all_pasting
        made = [self._example(epoch, *key) for key in keys]
        batch = self.collate_fn(made)
        return {name: batch[name] for name in ("img", "cls", "bboxes", "batch_idx")}

    def _example(self, epoch: int, image: int, number: int, by_tile: bool = False) -> dict[str, Any]:
        # The library draws from the generators of `random` and numpy; a seed of its own for each example makes
        # it the same whoever prepares it, and whatever was prepared before.
        state = np.random.SeedSequence([self.config.seed, epoch, number]).generate_state(1)
        random.seed(int(state[0]))
        np.random.seed(int(state[0]))
        self.by_tile = by_tile
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
        transforms = super().build_transforms(hyp)
        _keep_thin_boxes(transforms, self.config.min_box_side)
        return transforms

    def load_image(self, i: int, rect_mode: bool = True, resize_short: bool = False) -> Any:
        image, original = self.decoded[i]
        return image.copy(), original, image.shape[:2]

    def get_image_and_label(self, index: int) -> dict[str, Any]:
        # Also asked for the partners of a mosaic: they are seen as the example is.
        label = self.tiles.draw(index, paste=self.pasting is not None) if self.tiles and self.by_tile else None
        return super().get_image_and_label(index) if label is None else super().update_labels_info(label)

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


@dataclass(frozen=True)
class Preparation:
    """Makes batches of examples (engine.training.trainable.Collate). Examples are images, some of them several
    times; numbers past them are the same by tiles."""

    images: TrainingImages
    examples: list[int]

    def __call__(self, indices: Sequence[int], epoch: int) -> Batch:
        count = len(self.examples)
        keys = [(self.examples[number % count], number, number >= count) for number in indices]
        return self.images.examples(keys, epoch)


def _keep_thin_boxes(transforms: Any, side: float) -> None:
    """Let the library's geometry drop boxes from a side of `side` pixels downwards, and not from 2."""
    for part in transforms.transforms:
        if isinstance(part, Compose):
            _keep_thin_boxes(part, side)
        elif isinstance(part, RandomPerspective):
            part.__dict__["box_candidates"] = partial(RandomPerspective.box_candidates, wh_thr=side)  # type: ignore[arg-type]


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
