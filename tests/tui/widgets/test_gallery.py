"""Pictures side by side."""

from __future__ import annotations

import itertools

import pytest
from PIL import Image
from rich.color import Color, ColorSystem
from textual.app import App, ComposeResult

from engine.pictures.beside import tiles_that_fit
from engine.pictures.graphics import Graphics
from tui.widgets.gallery import Gallery, Tile, TileView
from tui.widgets.pixels import SLOTS, names_of


@pytest.mark.parametrize(
    ("count", "columns", "shown", "width"),
    [(6, 154, 6, 24), (6, 70, 4, 16), (6, 43, 3, 13), (6, 30, 2, 14), (6, 10, 1, 10), (1, 70, 1, 70), (2, 70, 2, 34)],
)
def test_as_many_as_fit_share_the_width(count: int, columns: int, shown: int, width: int) -> None:
    assert tiles_that_fit(count, columns) == (shown, width)


def test_no_two_slots_share_a_name_and_each_is_the_same_in_256_colours_and_in_all() -> None:
    slots = [names_of(slot) for slot in range(SLOTS + 1)]
    assert all(len(names) >= 3 for names in slots)
    assert not any(one.keys() & other.keys() for one, other in itertools.combinations(slots, 2))
    for number, colour in itertools.chain.from_iterable(names.items() for names in slots):
        assert Color.from_rgb(*colour).downgrade(ColorSystem.EIGHT_BIT).number == number


class Shown(App[None]):
    def compose(self) -> ComposeResult:
        yield Gallery(Graphics.BLOCKS, first_slot=1)


async def test_a_wider_window_shows_more_and_a_gallery_of_nothing_is_not_there() -> None:
    app = Shown()
    tiles = [Tile(Image.new("RGB", (40, 40), "#ff0000"), f"{number}.png") for number in range(6)]
    async with app.run_test(size=(60, 40)) as pilot:
        gallery = app.query_one(Gallery)
        assert not gallery.display
        gallery.show(tiles)
        await pilot.pause()
        await pilot.pause()
        assert sum(view.display for view in app.query(TileView)) == 3
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        await pilot.pause()
        views = [view for view in app.query(TileView) if view.display]
        assert len(views) == 6 and views[-1].region.right <= 120
        gallery.show([])
        await pilot.pause()
        assert not gallery.display
