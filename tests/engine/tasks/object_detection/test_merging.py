"""What several views of an image found becomes one box for each object."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tasks.object_detection.merging import merged
from engine.tasks.object_detection.tiles import Region

WHOLE, LEFT, RIGHT = (0, 0, 180, 100), (0, 0, 100, 100), (80, 0, 180, 100)
Found = list[float]


def boxes(views: list[Region], *found: list[Found], most: int = 50) -> list[list[float]]:
    arrays = [np.array(sorted(one, key=lambda row: -row[4]), dtype=np.float32).reshape(-1, 6) for one in found]
    return [[round(float(value), 3) for value in row] for row in merged(arrays, views, most)]


def test_what_one_view_found_is_told_as_it_is() -> None:
    found = [[10, 10, 40, 20, 0.9, 0], [12, 11, 41, 20, 0.5, 0]]
    assert boxes([WHOLE, LEFT], found, []) == [[*row[:4], round(row[4], 3), row[5]] for row in found]


def test_an_object_that_two_views_found_is_told_once_as_the_surer_saw_it() -> None:
    assert boxes([WHOLE, LEFT], [[10, 10, 52, 14, 0.4, 0]], [[12, 11, 50, 15, 0.9, 0]]) == [[12, 11, 50, 15, 0.9, 0]]


def test_pieces_of_an_object_across_an_edge_become_its_whole() -> None:
    left, right = [60, 40, 100, 44, 0.8, 0], [80, 40, 130, 44, 0.6, 0]
    assert boxes([LEFT, RIGHT], [left], [right]) == [[60, 40, 130, 44, 0.8, 0]]


def test_pieces_belong_together_even_when_they_share_little() -> None:
    left, right = [2, 40, 100, 44, 0.8, 0], [80, 40, 178, 44, 0.9, 0]
    assert boxes([LEFT, RIGHT], [left], [right]) == [[2, 40, 178, 44, 0.9, 0]]


@pytest.mark.parametrize("sure", [(0.9, 0.8, 0.7), (0.7, 0.9, 0.8), (0.8, 0.7, 0.9), (0.9, 0.7, 0.8)])
def test_an_object_across_three_tiles_is_told_once(sure: tuple[float, float, float]) -> None:
    views = [(0, 0, 100, 100), (80, 0, 180, 100), (160, 0, 260, 100)]
    pieces = [[50, 10, 100, 20], [80, 10, 180, 20], [160, 10, 230, 20]]
    found = [[[*piece, confidence, 0]] for piece, confidence in zip(pieces, sure, strict=True)]
    assert boxes(views, *found) == [[50, 10, 230, 20, 0.9, 0]]


def test_a_piece_that_is_surer_than_the_whole_takes_its_length() -> None:
    whole, piece = [60, 40, 130, 44, 0.5, 0], [60, 40, 100, 45, 0.9, 0]
    assert boxes([WHOLE, LEFT], [whole], [piece]) == [[60, 40, 130, 45, 0.9, 0]]


def test_a_guess_does_not_stretch_what_is_sure() -> None:
    guess, piece = [60, 40, 179, 44, 0.1, 0], [60, 40, 100, 44, 0.9, 0]
    assert boxes([WHOLE, LEFT], [guess], [piece]) == [[60, 40, 100, 44, 0.9, 0]]


def test_objects_of_two_classes_stay_two() -> None:
    assert len(boxes([WHOLE, LEFT], [[10, 10, 50, 14, 0.4, 0]], [[10, 10, 50, 14, 0.9, 1]])) == 2


def test_neighbours_stay_two() -> None:
    assert len(boxes([WHOLE, LEFT], [[10, 10, 50, 14, 0.4, 0]], [[10, 18, 50, 22, 0.9, 0]])) == 2


def test_a_small_object_on_a_large_one_of_its_class_stays() -> None:
    assert len(boxes([WHOLE, LEFT], [[10, 10, 90, 90, 0.4, 0]], [[20, 20, 30, 30, 0.9, 0]])) == 2


def test_objects_that_end_on_either_side_of_an_edge_stay_two() -> None:
    left, right = [50, 40, 78, 44, 0.8, 0], [102, 40, 140, 44, 0.6, 0]
    assert len(boxes([WHOLE, LEFT, RIGHT], [left, right], [left], [right])) == 2


@st.composite
def rows(draw: st.DrawFn) -> Found:
    x, y = draw(st.integers(0, 80)), draw(st.integers(0, 80))
    corner = [min(180, x + draw(st.integers(1, 60))), min(100, y + draw(st.integers(1, 60)))]
    return [x, y, *corner, draw(st.integers(1, 99)) / 100, draw(st.integers(0, 1))]


@settings(max_examples=60)
@given(st.lists(rows(), max_size=8), st.lists(rows(), max_size=8), st.integers(1, 6))
def test_what_is_told_is_sorted_not_empty_inside_the_image_and_no_more_than_asked(
    one: list[Found], other: list[Found], most: int
) -> None:
    inside = [[*row[:2], min(100, row[2]), *row[3:]] for row in other]
    told = np.array(boxes([WHOLE, LEFT], one, inside, most=most)).reshape(-1, 6)
    assert len(told) <= min(most, len(one) + len(other))
    assert bool(len(told)) == bool(one or other)
    assert (np.diff(told[:, 4]) <= 0).all()
    assert (told[:, :2] >= 0).all()
    assert (told[:, 2:4] <= [180, 100]).all()
    assert (told[:, 2:4] > told[:, :2]).all()
