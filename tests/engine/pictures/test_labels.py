"""Labels of boxes."""

from __future__ import annotations

import itertools

import pytest

from engine.pictures.labels import overlap, places

SIZE = (200.0, 200.0)


def test_a_label_stands_on_its_box_where_nothing_is_in_the_way() -> None:
    assert places([(50, 60, 90, 100)], [(30, 10)], SIZE) == [(50, 50, 80, 60)]


def test_labels_of_neighbours_do_not_lie_on_each_other() -> None:
    boxes = [(50.0 + 3 * at, 80.0 + 2 * at, 60.0 + 3 * at, 150.0 + 2 * at) for at in range(5)]
    found = places(boxes, [(60, 14)] * 5, SIZE)
    assert all(not overlap(first, second) for first, second in itertools.combinations(found, 2))


def test_a_label_does_not_hide_a_thin_thing_above_its_box() -> None:
    arm, pole = (40.0, 42.0, 100.0, 46.0), (60.0, 50.0, 70.0, 150.0)
    _, label = places([arm, pole], [(0, 0), (30, 12)], SIZE)
    assert not overlap(label, arm)


@pytest.mark.parametrize("box", [(0, 0, 200, 200), (190, 0, 200, 5), (-2, 195, 3, 202), (0, 0, 1, 1)])
def test_a_label_stays_within_the_picture(box: tuple[float, float, float, float]) -> None:
    ((x0, y0, x1, y1),) = places([box], [(60, 14)], SIZE)
    assert 0 <= x0 < x1 <= 200 and 0 <= y0 < y1 <= 200
