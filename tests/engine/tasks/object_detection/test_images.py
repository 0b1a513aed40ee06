"""Training images: every setting acts, and an example is the same each time it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.datasets.store import Dataset
from engine.errors import DataError
from engine.labelled_pictures import picture_path
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.images import DecodedImages, TrainingImages

from .drawn import SIZE, drawn_dataset

LABELS = ["bar", "square"]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return drawn_dataset(tmp_path_factory.mktemp("drawn"))


def images(dataset: Dataset, **settings: Any) -> TrainingImages:
    rows = dataset.rows("train")
    still = {
        "mosaic": 0.0,
        "scale": 0.0,
        "translate": 0.0,
        "flip": 0.0,
        "hue": 0.0,
        "saturation": 0.0,
        "brightness": 0.0,
    }
    config = Config(image_size=SIZE, epochs=10, **(still | settings))
    return TrainingImages(rows, [picture_path(dataset.path, row) for row in rows], LABELS, config)


def batch(dataset: Dataset, epoch: int = 0, **settings: Any) -> dict[str, torch.Tensor]:
    return images(dataset, **settings).examples([(0, 0), (1, 1), (2, 2)], epoch)


def test_without_augmentation_an_example_is_the_image_with_its_boxes(dataset: Dataset) -> None:
    made = batch(dataset)
    row = dataset.rows("train")[0]
    assert made["img"].shape == (3, 3, SIZE, SIZE)
    x0, y0, x1, y1 = row["objects"][0]["box"]
    expected = torch.tensor([(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0]) / SIZE
    assert torch.allclose(made["bboxes"][made["batch_idx"] == 0][0], expected, atol=1e-4)


@pytest.mark.parametrize("mosaic", [0.0, 1.0])
def test_boxes_that_scaling_made_thin_are_trained_on(dataset: Dataset, mosaic: float) -> None:
    keys = [(number, number) for number in range(24)]

    def bars(side: float) -> int:
        made = images(dataset, mosaic=mosaic, scale=0.7, min_box_side=side).examples(keys, 0)
        return int((made["cls"] == LABELS.index("bar")).sum())

    assert bars(1.0) > bars(2.0) > bars(8.0) == 0  # they are 3 pixels thick


def test_an_example_is_the_same_whatever_was_prepared_before(dataset: Dataset) -> None:
    settings = {"mosaic": 1.0, "scale": 0.5, "copy_paste": 1.0, "brightness": 0.4}
    one, other = images(dataset, **settings), images(dataset, **settings)
    other.examples([(5, 5), (3, 3), (9, 9)], 1)
    for first, second in zip(one.examples([(2, 2)], 3).values(), other.examples([(2, 2)], 3).values(), strict=True):
        assert torch.equal(first, second)


def test_every_epoch_and_every_repetition_of_an_image_looks_different(dataset: Dataset) -> None:
    made = images(dataset, mosaic=1.0)
    first = made.examples([(2, 2)], 0)["img"]
    assert not torch.equal(first, made.examples([(2, 2)], 1)["img"])
    assert not torch.equal(first, made.examples([(2, 30)], 0)["img"])


@pytest.mark.parametrize(
    "settings",
    [
        {"mosaic": 1.0},
        {"scale": 0.7},
        {"translate": 0.3},
        {"degrees": 40.0},
        {"flip": 1.0},
        {"brightness": 0.5},
        {"saturation": 0.9, "hue": 0.1},
        {"copy_paste": 1.0},
    ],
)
def test_every_setting_changes_the_batch(dataset: Dataset, settings: dict[str, float]) -> None:
    assert not torch.equal(batch(dataset)["img"], batch(dataset, **settings)["img"])


def test_mosaic_puts_objects_of_four_images_together(dataset: Dataset) -> None:
    plain, mosaic = images(dataset), images(dataset, mosaic=1.0)
    keys = [(at, at) for at in range(20)]
    assert len(mosaic.examples(keys, 0)["cls"]) > len(plain.examples(keys, 0)["cls"])


def test_the_last_epochs_can_do_without_mosaic_and_the_default_keeps_it(dataset: Dataset) -> None:
    still = batch(dataset, 9)["img"]
    assert torch.equal(batch(dataset, 9, mosaic=1.0, mosaic_off_epochs=1)["img"], still)
    assert not torch.equal(batch(dataset, 8, mosaic=1.0, mosaic_off_epochs=1)["img"], still)
    assert not torch.equal(batch(dataset, 9, mosaic=1.0)["img"], still)


def test_pasted_objects_are_of_the_rare_class_as_often_as_of_the_frequent_one(dataset: Dataset) -> None:
    keys = [(at, at) for at in range(24)]
    before, after = images(dataset).examples(keys, 0), images(dataset, copy_paste=1.0).examples(keys, 0)
    gained = [int((after["cls"] == number).sum() - (before["cls"] == number).sum()) for number in (0, 1)]
    assert min(gained) > 0
    assert gained[0] > gained[1] / 2


def test_nothing_is_pasted_over_another_object(dataset: Dataset) -> None:
    made = images(dataset, copy_paste=1.0).examples([(at, at) for at in range(24)], 0)
    for image in range(24):
        boxes = made["bboxes"][made["batch_idx"] == image].numpy()
        low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
        for one in range(len(boxes)):
            for two in range(one):
                shared = np.clip(np.minimum(high[one], high[two]) - np.maximum(low[one], low[two]), 0, None).prod()
                assert shared <= 0.11 * min(boxes[one, 2:].prod(), boxes[two, 2:].prod())


def test_nothing_is_written_beside_the_images(dataset: Dataset) -> None:
    before = sorted(dataset.path.rglob("*"))
    batch(dataset, mosaic=1.0)
    assert sorted(dataset.path.rglob("*")) == before


def test_decoded_images_stay_within_their_memory(dataset: Dataset) -> None:
    rows = dataset.rows("train")
    paths = [picture_path(dataset.path, row) for row in rows]
    decoded = DecodedImages(paths, 256, room=2**20)
    for number in range(len(paths)):
        decoded[number]
    assert 0 < decoded.kept.used <= 2**20
    for number in (0, len(paths) - 1):  # one that is kept, and one that is not
        assert decoded[number][0].shape == (256, 256, 3)
        assert decoded[number][1] == (SIZE, SIZE)
        assert np.array_equal(decoded[number][0], DecodedImages(paths, 256, room=0)[number][0])


def test_an_image_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DataError, match=r"broken\.png"):
        DecodedImages([path], 64, 2**20)[0]
