"""Pictures of a split as tensors: kept or decoded anew, the numbers are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.errors import InputError
from engine.vision.backbone import load_backbone
from engine.vision.loaded import Pictures, brought_to


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    source = np.random.default_rng(0)
    paths = [tmp_path / f"{number}.png" for number in range(5)]
    for path in paths:
        Image.fromarray(source.integers(0, 255, (20, 30), dtype=np.uint8)).save(path)
    return paths


def test_kept_and_decoded_anew_are_the_same(files: list[Path]) -> None:
    net = load_backbone("scratch:resnet-8", size=(16, 16))
    kept, anew = Pictures(files, net), Pictures(files, net, cache_mib=0)
    assert torch.equal(kept.tensor([3, 0]), anew.tensor([3, 0]))
    assert kept.tensor([1]).shape == (1, 1, 16, 16)


def test_progress_is_told(files: list[Path]) -> None:
    told: list[tuple[int, int]] = []
    Pictures(files, load_backbone("scratch:resnet-8"), tick=lambda *place: told.append(place))
    assert told == [(5, 5)]


def test_sixteen_bits_are_kept_where_asked(tmp_path: Path) -> None:
    Image.fromarray(np.full((16, 16), 1000, np.uint16)).save(tmp_path / "a.png")
    Image.fromarray(np.full((16, 16), 1010, np.uint16)).save(tmp_path / "b.png")
    net = load_backbone("scratch:resnet-8", size=16)
    first, second = Pictures([tmp_path / "a.png", tmp_path / "b.png"], net, bits=16).tensor([0, 1])
    assert float((second - first).mean()) > 0


def test_a_picture_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"no")
    with pytest.raises(InputError, match=r"x\.png"):
        Pictures([tmp_path / "x.png"], load_backbone("scratch:resnet-8"))


def test_padding_keeps_proportions() -> None:
    pixels = np.ones((10, 20, 1), dtype=np.float32)
    pixels[:, :10] = 0
    made = brought_to(pixels, (16, 16), "pad")
    assert made.shape == (16, 16, 1)
    assert made[0, 0, 0] == pytest.approx(0.5, abs=0.05) and made[8, 1, 0] < 0.1 < 0.9 < made[8, 14, 0]
