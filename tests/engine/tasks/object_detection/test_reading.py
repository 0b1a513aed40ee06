"""Images come in order, and one that cannot be read is named."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import InputError
from engine.tasks.object_detection.reading import inline, read_image, read_images


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    for number in range(9):
        Image.new("RGB", (16, 8), (number, 0, 0)).save(tmp_path / f"{number}.png")
    return [str(tmp_path / f"{number}.png") for number in range(9)]


def test_images_come_in_the_order_asked_for_blue_first(paths: list[str]) -> None:
    assert [int(image[0, 0, 2]) for image in read_images(paths)] == list(range(9))


def test_one_that_is_gone_is_named_when_its_turn_comes(paths: list[str]) -> None:
    Path(paths[5]).unlink()
    images = read_images(paths)
    assert [int(next(images)[0, 0, 2]) for _ in range(5)] == list(range(5))
    with pytest.raises(InputError, match=r"5\.png: the image cannot be read"):
        next(images)


def test_who_leaves_early_leaves_no_thread_behind(paths: list[str]) -> None:
    images = read_images(paths)
    next(images)
    images.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_an_image_carried_inside_is_what_it_was(paths: list[str]) -> None:
    image = read_image(paths[3])
    assert np.array_equal(read_image(inline(image)), image)
