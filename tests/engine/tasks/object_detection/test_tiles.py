"""Tiles cover an image, and boxes keep their places in them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.object_detection.tiles import (
    Tiling,
    anywhere,
    around,
    cover,
    cut,
    moved_back,
    moved_into,
    scraps_mask,
)

SIDES = st.integers(1, 900)
TILINGS = st.builds(Tiling, st.integers(32, 300), st.floats(0, 0.75))
TILE = (100, 50, 200, 150)


@st.composite
def boxes_in(draw: st.DrawFn, width: int, height: int) -> list[float]:
    x0, y0 = draw(st.floats(0, width - 0.5)), draw(st.floats(0, height - 0.5))
    return [x0, y0, draw(st.floats(x0 + 0.25, width)), draw(st.floats(y0 + 0.25, height))]


@given(SIDES, SIDES, TILINGS)
def test_every_pixel_lies_in_a_tile_and_every_tile_in_the_image(width: int, height: int, tiling: Tiling) -> None:
    tiles = cover(width, height, tiling)
    if max(width, height) <= tiling.size:
        assert tiles == []
        return
    seen = np.zeros((height, width), dtype=bool)
    for x0, y0, x1, y1 in tiles:
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        assert (x1 - x0, y1 - y0) == (min(width, tiling.size), min(height, tiling.size))
        seen[y0:y1, x0:x1] = True
    assert seen.all()


@given(st.integers(301, 900), TILINGS)
def test_neighbours_share_at_least_the_overlap(width: int, tiling: Tiling) -> None:
    tiles = cover(width, 20, tiling)
    for one, next_one in pairwise(tiles):
        assert one[2] - next_one[0] >= tiling.size * tiling.overlap - 1e-9


@given(boxes_in(900, 700), st.integers(0, 800), st.integers(0, 600))
def test_boxes_moved_there_and_back_are_equal(box: list[float], x: int, y: int) -> None:
    region = (x, y, x + 100, y + 100)
    boxes = np.array([box])
    assert np.allclose(moved_back(moved_into(boxes, region), region), boxes, atol=1e-9)


@settings(max_examples=50)
@given(boxes_in(300, 200), st.integers(32, 250), st.integers(0, 2**31))
def test_a_tile_around_a_box_shows_all_of_it_where_it_fits(box: list[float], size: int, seed: int) -> None:
    x0, y0, x1, y1 = around(box, 300, 200, size, np.random.default_rng(seed))
    assert (x1 - x0, y1 - y0) == (min(300, size), min(200, size))
    assert min(x0, y0) >= 0
    assert x1 <= 300
    assert y1 <= 200
    for low, high, start, end in ((box[0], box[2], x0, x1), (box[1], box[3], y0, y1)):
        if np.ceil(high) - np.floor(low) <= size:
            assert start <= low
            assert high <= end
        else:
            assert end > low
            assert start < high


@given(SIDES, SIDES, st.integers(32, 300), st.integers(0, 2**31))
def test_a_tile_anywhere_lies_in_the_image(width: int, height: int, size: int, seed: int) -> None:
    x0, y0, x1, y1 = anywhere(width, height, size, np.random.default_rng(seed))
    assert (x1 - x0, y1 - y0) == (min(width, size), min(height, size))
    assert min(x0, y0) >= 0
    assert x1 <= width
    assert y1 <= height


@pytest.mark.parametrize(
    ("box", "shown"),
    [
        ([110, 60, 130, 80], [10, 10, 30, 30]),
        ([90, 60, 120, 80], [0, 10, 20, 30]),
        ([40, 60, 120, 80], None),
        ([20, 60, 90, 80], None),
        ([0, 0, 900, 900], None),
    ],
    ids=["inside", "two thirds inside", "a quarter inside", "outside", "larger than the tile"],
)
def test_a_box_counts_where_the_tile_shows_enough_of_it(box: list[float], shown: list[float] | None) -> None:
    seen = cut(np.array([box]), TILE, 0.3)
    assert seen.boxes.tolist() == ([] if shown is None else [shown])
    assert seen.kept.tolist() == ([] if shown is None else [0])


@given(st.lists(boxes_in(300, 200), max_size=6), st.floats(0.01, 1))
def test_what_is_kept_lies_inside_the_tile_and_a_box_inside_is_always_kept(
    boxes: list[list[float]], share: float
) -> None:
    seen = cut(np.array(boxes).reshape(-1, 4), TILE, share)
    for part in (*seen.boxes, *seen.scraps):
        assert 0 <= part[0] <= part[2] <= 100
        assert 0 <= part[1] <= part[3] <= 100
    inside = [at for at, (x0, y0, x1, y1) in enumerate(boxes) if x0 >= 100 and y0 >= 50 and x1 <= 200 and y1 <= 150]
    assert set(inside) <= set(seen.kept.tolist())


def test_a_scrap_is_blanked_but_for_the_object_that_it_crosses() -> None:
    pole, crossarm = [140.0, 140.0, 150.0, 700.0], [120.0, 143.0, 180.0, 146.0]
    seen = cut(np.array([pole, crossarm]), TILE, 0.3)
    assert seen.kept.tolist() == [1]
    mask = scraps_mask(seen, 100, 100)
    assert mask[91, 45]
    assert mask[98, 45]
    assert not mask[94, 45]
    assert mask.sum() == 10 * 10 - 10 * 3


@pytest.mark.parametrize(("size", "overlap"), [(0, 0.2), (31, 0.2), (64, 0.9), (64, -0.1)])
def test_tiles_that_would_be_endless_are_refused(size: int, overlap: float) -> None:
    with pytest.raises(ValueError, match="tiles must be"):
        Tiling(size, overlap)
