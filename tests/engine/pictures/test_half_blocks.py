"""Pictures as characters."""

from __future__ import annotations

import pytest
from PIL import Image

from engine.pictures.boxes import Mark
from engine.pictures.half_blocks import HALF, draw_cells, size_in_cells

RED, BLACK, WHITE = (255, 0, 0), (0, 0, 0), (255, 255, 255)


@pytest.mark.parametrize(
    ("picture", "room", "cells"),
    [
        ((256, 192), (80, 40), (80, 30)),
        ((256, 192), (200, 20), (53, 20)),
        ((20, 10), (80, 40), (20, 5)),
        ((10_000, 10), (80, 40), (80, 1)),
        ((10, 10_000), (80, 40), (1, 40)),
    ],
)
def test_a_picture_keeps_its_shape_in_the_room_there_is(
    picture: tuple[int, int], room: tuple[int, int], cells: tuple[int, int]
) -> None:
    assert size_in_cells(*picture, *room) == cells


def test_a_cell_holds_two_pixels_one_above_the_other() -> None:
    picture = Image.new("RGB", (2, 2), BLACK)
    picture.putpixel((1, 0), RED)
    assert draw_cells(picture, [], 10, 10).rows == (((HALF, BLACK, BLACK), (HALF, RED, BLACK)),)


def test_a_box_is_drawn_round_a_thing_too_thin_for_the_terminal() -> None:
    picture = Image.new("RGB", (256, 192), WHITE)
    cells = draw_cells(picture, [Mark((100, 100, 150, 103), "arm 0.80", "#ff0000")], 64, 48)
    inked = [(y, x) for y, row in enumerate(cells.rows) for x, cell in enumerate(row) if RED in cell[1:]]
    assert {x for _, x in inked} >= {24, 37, 38}
    text = ["".join(cell[0] for cell in row) for row in cells.rows]
    assert sum("arm 0.80" in row for row in text) == 1


@pytest.mark.parametrize("box", [(0, 0, 256, 192), (250, 0, 256, 5), (0, 188, 3, 192), (0, 0, 1, 1)])
def test_boxes_at_the_border_stay_in_the_picture(box: tuple[float, float, float, float]) -> None:
    cells = draw_cells(Image.new("RGB", (256, 192)), [Mark(box, "crossarm 0.50", "#ff0000")], 40, 20)
    assert {len(row) for row in cells.rows} == {40} and len(cells.rows) == 15
    assert any(cell[0] == "c" for row in cells.rows for cell in row)


def test_neighbours_of_one_colour_are_one_piece() -> None:
    cells = draw_cells(Image.new("RGB", (30, 4), RED), [], 30, 10)
    [piece] = cells.segments(0)
    assert piece.text == HALF * 30 and piece.style is not None
