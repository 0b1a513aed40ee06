"""Training sees tiles of images beside the whole, with the boxes that they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.datasets.store import Dataset
from engine.labelled_pictures import picture_path
from engine.tasks.object_detection.config import Config
from engine.tasks.object_detection.images import Preparation, TrainingImages

from .drawn import SIZE, drawn_dataset, wide_picture

LABELS = ["bar", "square"]
Batch = dict[str, torch.Tensor]
STILL = {name: 0.0 for name in ("mosaic", "scale", "translate", "flip", "hue", "saturation", "brightness")}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return drawn_dataset(tmp_path_factory.mktemp("wide"), train=8, rest=1, draw=wide_picture)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return drawn_dataset(tmp_path_factory.mktemp("small"), train=8, rest=1)


def images(dataset: Dataset, **settings: Any) -> TrainingImages:
    rows = dataset.rows("train")
    config = Config(image_size=SIZE, epochs=10, **({"tiles": "both"} | STILL | settings))
    return TrainingImages(rows, [picture_path(dataset.path, row) for row in rows], LABELS, config)


def by_tile(made: TrainingImages, epoch: int = 0, count: int = 24) -> Batch:
    return made.examples([(at % 8, at, True) for at in range(count)], epoch)


def corners(made: Batch, example: int, label: int) -> np.ndarray[Any, Any]:
    chosen = (made["batch_idx"] == example) & (made["cls"][:, 0] == label)
    boxes = made["bboxes"][chosen].numpy() * SIZE
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)


def test_boxes_of_a_tile_lie_on_the_bright_squares_that_it_shows(dataset: Dataset) -> None:
    made = by_tile(images(dataset, tile_box_share=1.0))
    assert made["img"].shape == (24, 3, SIZE, SIZE)
    squares = 0
    for at in range(24):
        bright = made["img"][at].float().mean(0).numpy() > 160
        boxed = np.zeros_like(bright)
        for x0, y0, x1, y1 in corners(made, at, 1):
            assert (round(x1 - x0), round(y1 - y0)) == (14, 14)
            boxed[round(y0) : round(y1), round(x0) : round(x1)] = True
            squares += 1
        # At full resolution, and what is cut is blanked: no bright pixel is without its box.
        assert np.array_equal(bright, boxed)
    assert squares > 12


def test_a_box_that_the_tile_cuts_ends_at_its_edge(dataset: Dataset) -> None:
    made = by_tile(images(dataset))
    bars = np.concatenate([corners(made, at, 0) for at in range(24)])
    assert len(bars) > 4
    assert bars.min() >= -1e-4
    assert bars.max() <= SIZE + 1e-4
    assert (bars[:, 2] - bars[:, 0]).max() == pytest.approx(SIZE, abs=1e-3)


def test_an_image_that_is_no_larger_than_a_tile_is_taken_whole(small: Dataset) -> None:
    made = images(small)
    whole, tiles = made.examples([(2, 2)], 0), made.examples([(2, 2, True)], 0)
    assert all(torch.equal(whole[name], tiles[name]) for name in whole)


def test_smaller_tiles_magnify(dataset: Dataset) -> None:
    made = by_tile(images(dataset, tile_size=32, tile_box_share=1.0))
    boxes = np.concatenate([corners(made, at, 1) for at in range(24)])
    assert np.allclose(boxes[:, 2:] - boxes[:, :2], 28, atol=1e-3)


def test_the_same_example_is_the_same_tile_whatever_was_prepared_before(dataset: Dataset) -> None:
    settings = {"mosaic": 1.0, "scale": 0.5, "copy_paste": 1.0}
    one, other = images(dataset, **settings), images(dataset, **settings)
    other.examples([(5, 5), (3, 3, True), (1, 9, True)], 1)
    first, second = (made.examples([(2, 10, True), (2, 2)], 3) for made in (one, other))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_every_epoch_and_every_tile_of_an_image_is_another_place(dataset: Dataset) -> None:
    made = images(dataset)
    first = made.examples([(2, 10, True)], 0)["img"]
    assert not torch.equal(first, made.examples([(2, 10, True)], 1)["img"])
    assert not torch.equal(first, made.examples([(2, 18, True)], 0)["img"])


def test_whole_images_are_what_they_are_without_tiles(dataset: Dataset) -> None:
    keys = [(at, at) for at in range(8)]
    settings = {"mosaic": 1.0, "copy_paste": 1.0, "scale": 0.3}
    plain, tiled = (images(dataset, tiles=tiles, **settings).examples(keys, 0) for tiles in ("off", "both"))
    assert all(torch.equal(plain[name], tiled[name]) for name in plain)


def test_mosaic_puts_tiles_together(dataset: Dataset) -> None:
    made = by_tile(images(dataset, mosaic=1.0))
    sides = np.concatenate([corners(made, at, 1) for at in range(24)])
    largest = (sides[:, 2:] - sides[:, :2]).max()
    assert largest == pytest.approx(14, abs=1)  # of whole images put together it is a third


def test_pasted_objects_have_the_scale_of_tiles(dataset: Dataset) -> None:
    before, after = by_tile(images(dataset)), by_tile(images(dataset, copy_paste=1.0))
    assert len(after["cls"]) > len(before["cls"])
    squares = np.concatenate([corners(after, at, 1) for at in range(24)])
    assert (squares[:, 2:] - squares[:, :2]).max() == pytest.approx(14, abs=1e-3)


def test_tiles_are_drawn_around_rare_objects_as_often_as_around_frequent_ones(dataset: Dataset) -> None:
    shown = by_tile(images(dataset, tile_size=32, tile_box_share=0.2), count=160)
    with_bar = {int(at) for at, label in zip(shown["batch_idx"], shown["cls"][:, 0], strict=True) if label == 0}
    # A quarter are drawn around the bar, which is one of five objects, and few others meet it.
    assert len(with_bar) > 35


def test_examples_past_the_images_are_these_by_tiles(dataset: Dataset) -> None:
    made = images(dataset)
    preparation = Preparation(made, [0, 1, 1])
    got, expected = preparation([2, 4], 0), made.examples([(1, 2, False), (1, 4, True)], 0)
    assert all(torch.equal(got[name], expected[name]) for name in got)


@pytest.mark.parametrize(("tiles", "steps"), [("off", 6), ("inference", 6), ("both", 24)])
def test_the_steps_of_a_plan_count_tiles(tiles: str, steps: int) -> None:
    [phase] = Config(tiles=tiles, tiles_per_image=3, batch_size=4, epochs=1).phases({"train": 24})
    assert phase.steps == steps
