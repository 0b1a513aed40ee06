"""Pictures in the console."""

from __future__ import annotations

import pytest
from PIL import Image
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from engine.pictures.boxes import Mark
from tui.theme import ANSI, DARK, LIGHT, MONO, Palette
from tui.widgets.picture import Picture, can_show, colours_of


class Shown(App[None]):
    """A picture above a line of text."""

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Picture()
            yield Static("below")


async def test_a_picture_takes_the_rows_of_its_shape_and_half_of_the_window_at_most() -> None:
    app = Shown()
    async with app.run_test(size=(80, 40)) as pilot:
        picture = app.query_one(Picture)
        assert not picture.display
        picture.show(Image.new("RGB", (256, 64), "#ff0000"), [Mark((10, 10, 200, 20), "crossarm", "#00ff00")])
        await pilot.pause()
        width = picture.content_size.width
        assert picture.content_size.height == round(width / 4 / 2)
        picture.show(Image.new("RGB", (64, 256)))
        await pilot.pause()
        assert picture.content_size.height == 20
        assert picture.render_line(0).cell_length == width
        picture.show(None)
        await pilot.pause()
        assert not picture.display


async def test_a_picture_is_drawn_anew_when_the_window_changes() -> None:
    app = Shown()
    async with app.run_test(size=(100, 40)) as pilot:
        picture = app.query_one(Picture)
        picture.show(Image.new("RGB", (512, 64), "#ff0000"))
        await pilot.pause()
        before = picture.render_line(0).text.count("▀")
        await pilot.resize_terminal(60, 40)
        await pilot.pause()
        after = picture.render_line(0).text.count("▀")
        assert after < before and after == picture.content_size.width


@pytest.mark.parametrize(
    ("palette", "ascii_only", "shown"),
    [(DARK, False, True), (LIGHT, False, True), (ANSI, False, False), (MONO, False, False), (DARK, True, False)],
)
def test_a_terminal_without_colours_or_characters_gets_no_picture(
    palette: Palette, ascii_only: bool, shown: bool
) -> None:
    assert can_show(palette, ascii_only=ascii_only) is shown
    assert bool(colours_of(palette)) is (palette in (DARK, LIGHT))
