"""Images are read whole and by tiles, and told as if they had been read at once."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.tasks.object_detection.decoded import Pixels
from engine.tasks.object_detection.inference import detect
from engine.tasks.object_detection.tiles import Tiling

TILING = Tiling(64, 0.2)


class BrightFinder(nn.Module):
    """Finds bright shapes of at least 4 pixels of thickness exactly, in the form of the library's networks: what a
    perfect detector of a finest stride would do. Larger ones are surer."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.batches: list[tuple[int, ...]] = []

    def forward(self, images: Tensor) -> tuple[Tensor]:
        self.batches.append(tuple(images.shape))
        told = torch.zeros(len(images), 6, 20)
        for at, image in enumerate(images):
            bright = (image.mean(0).numpy() > 0.7).astype(np.uint8)
            shapes = cv2.connectedComponentsWithStats(bright)[2][1:]
            for number, (x, y, wide, tall, pixels) in enumerate(shapes):
                if min(wide, tall) >= 4:
                    told[at, :4, number] = torch.tensor([x + wide / 2, y + tall / 2, wide, tall])
                    told[at, 4, number] = 0.5 + min(0.4, pixels / 10_000)
        return (told,)


def image(*boxes: tuple[int, int, int, int], width: int = 256, height: int = 192) -> Pixels:
    made = np.full((height, width, 3), 60, dtype=np.uint8)
    for x0, y0, x1, y1 in boxes:
        made[y0:y1, x0:x1] = 250
    return made


def found(
    *images: Pixels, tiling: Tiling | None = TILING, model: BrightFinder | None = None, **settings: Any
) -> list[list[list[float]]]:
    options = {"size": 64, "batch_size": 4, "nms_iou": 0.7, "max_detections": 50} | settings
    with torch.inference_mode():
        told = detect(model or BrightFinder(), images, tiling=tiling, **options)
    return [[row[:4] for row in one.tolist()] for one in told]


def test_thin_objects_that_the_whole_image_hides_are_found_by_tiles() -> None:
    scene = image((20, 20, 50, 24), (200, 150, 204, 190))
    assert found(scene, tiling=None) == [[]]
    assert sorted(found(scene)[0]) == [[20, 20, 50, 24], [200, 150, 204, 190]]


@pytest.mark.parametrize("at", range(4, 200, 7))
def test_an_object_across_the_edges_of_tiles_is_one_box(at: int) -> None:
    box = (at, at // 2, at + 50, at // 2 + 5)
    assert found(image(box)) == [[list(box)]]


def test_an_object_longer_than_a_tile_is_one_box() -> None:
    assert found(image((10, 100, 250, 104))) == [[[10, 100, 250, 104]]]
    [[thick]] = found(image((10, 80, 250, 120)))  # surest is the whole image, which shows it at a quarter
    assert thick == pytest.approx([10, 80, 250, 120], abs=4)


def test_objects_are_sorted_by_confidence_and_no_more_than_asked() -> None:
    scene = image((10, 10, 30, 15), (100, 10, 150, 30), (10, 100, 50, 120))
    assert found(scene) == [[[100, 10, 150, 30], [10, 100, 50, 120], [10, 10, 30, 15]]]
    assert found(scene, max_detections=2) == [[[100, 10, 150, 30], [10, 100, 50, 120]]]


def test_an_image_that_is_no_larger_than_a_tile_is_read_whole_alone() -> None:
    model = BrightFinder()
    assert found(image((10, 10, 30, 20), width=64, height=48), model=model) == [[[10, 10, 30, 20]]]
    assert [shape[0] for shape in model.batches] == [1]


def test_views_of_several_images_share_batches_and_each_image_keeps_its_objects() -> None:
    model = BrightFinder()
    scenes = [image((10 + 9 * at, 20, 40 + 9 * at, 26)) for at in range(5)]
    scenes.insert(2, image((5, 5, 20, 20), width=64, height=64))
    ticks: list[int] = []
    told = found(*scenes, model=model, tick=ticks.append)
    assert told[2] == [[5, 5, 20, 20]]
    assert [told[at][0][0] for at in (0, 1, 3, 4, 5)] == [10 + 9 * at for at in range(5)]
    # 5 × (1 + 5 × 4) + 1 views, all brought to 64 × 64, in batches of 4.
    assert [shape[0] for shape in model.batches] == [4] * 26 + [2]
    assert ticks == sorted(ticks)
    assert ticks[-1] == 6
