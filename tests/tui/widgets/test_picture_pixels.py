"""Pictures in true pixels: sent once, and shown by cells of text."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.color import Color, ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from engine.pictures import kitty
from engine.pictures.boxes import Mark
from engine.pictures.graphics import Graphics
from tests.tui.conftest import wait_until
from tui.thrift import Changes, Shown, ThriftyApp
from tui.widgets.picture import Picture
from tui.widgets.pixels import PALETTE, Pixels

_CELL = re.compile(rf"{kitty.PLACEHOLDER}(.)(.)")
_CODE = re.compile(r"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")


@pytest.fixture(autouse=True)
def _outside_of_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setattr("tui.widgets.picture._cell", lambda: (10, 20))


class Pictured(ThriftyApp):
    """A picture above some lines of text; what goes to the terminal beside the cells is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def send(self, codes: str) -> None:
        self.sent.append(codes)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Picture(Graphics.KITTY)
            yield Static("\n".join(f"line {number}" for number in range(60)))

    def controls(self) -> Iterator[dict[str, str]]:
        """The control data of what was sent, of each picture's first chunk only."""
        for match in _CODE.finditer("".join(self.sent)):
            control = dict(pair.split("=") for pair in match[1].split(","))
            if "i" in control:
                yield control

    def actions(self) -> list[str]:
        return [control["a"] for control in self.controls()]

    def cells(self) -> list[list[tuple[int, int]]]:
        """Row and column that the placeholders on the screen name, line by line."""
        lines = ["".join(segment.text for segment in strip) for strip in self.screen._compositor.render_strips()]
        found = [[(kitty.MARKS.index(row), kitty.MARKS.index(x)) for row, x in _CELL.findall(line)] for line in lines]
        return [line for line in found if line]


async def shown(pilot: Any, app: Pictured, picture: Image.Image, *marks: Mark) -> Picture:
    before = app.actions().count("T")
    widget = app.query_one(Picture)
    widget.show(picture, marks)
    await wait_until(pilot, lambda: app.actions().count("T") > before, "sending")
    await pilot.pause()
    return widget


async def test_the_pixels_are_sent_once_and_cells_name_them() -> None:
    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        await shown(pilot, app, Image.new("RGB", (256, 192), "#336699"), Mark((10, 10, 50, 14), "arm", "#ff8000"))
        (control,) = app.controls()
        assert control.items() >= {"a": "T", "U": "1", "q": "2", "c": "53", "r": "20"}.items()
        assert app.cells() == [[(y, x) for x in range(53)] for y in range(20)]
        # Drawn for just these cells.
        payload = "".join(match[2] or "" for match in _CODE.finditer("".join(app.sent)))
        drawn = Image.open(io.BytesIO(base64.b64decode(payload))).convert("RGB")
        boxed = (np.abs(np.asarray(drawn).astype(int) - (0xFF, 0x80, 0)) <= 8).all(2)
        assert drawn.size == (530, 400) and boxed.sum() > 100
        # Nothing more, whatever else is drawn.
        sent = len(app.sent)
        app.query_one(Static).update("something else")
        app.query_one(Picture).refresh()
        await pilot.pause(0.1)
        assert len(app.sent) == sent


async def test_scrolled_away_the_cells_go_and_come_back_without_the_pixels() -> None:
    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        await shown(pilot, app, Image.new("RGB", (256, 192)))
        sent, scroll = len(app.sent), app.query_one(VerticalScroll)
        scroll.scroll_to(y=5, animate=False)
        await pilot.pause()
        assert app.cells()[0][0] == (5, 0) and len(app.cells()) == 15
        scroll.scroll_to(y=30, animate=False)
        await pilot.pause()
        assert app.cells() == []
        scroll.scroll_to(y=0, animate=False)
        await pilot.pause()
        assert len(app.cells()) == 20 and len(app.sent) == sent


async def test_a_screen_on_top_covers_it() -> None:
    class Dialog(ModalScreen[None]):
        CSS = "Dialog { align: center middle; } Dialog Static { width: 40; height: 8; background: black; }"

        def compose(self) -> ComposeResult:
            yield Static("a question")

    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        await shown(pilot, app, Image.new("RGB", (256, 192)))
        whole = app.cells()
        await app.push_screen(Dialog())
        await pilot.pause()
        covered = ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]
        assert any("a question" in line for line in covered)
        await pilot.press("escape")
        app.pop_screen()
        await pilot.pause()
        assert app.cells() == whole and app.actions() == ["T"]


async def test_a_new_size_costs_a_placement_and_no_pixels() -> None:
    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        await shown(pilot, app, Image.new("RGB", (256, 192)))
        await pilot.resize_terminal(60, 24)
        await wait_until(pilot, lambda: app.actions() == ["T", "p"], "placing")
        await pilot.pause()
        *_, control = app.controls()
        assert (int(control["c"]), int(control["r"])) == (len(app.cells()[0]), len(app.cells()))
        assert len(app.sent[-1]) < 60


async def test_the_next_picture_takes_the_place_of_the_one_before() -> None:
    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        widget = await shown(pilot, app, Image.new("RGB", (256, 192)))
        await shown(pilot, app, Image.new("RGB", (128, 128), "#ffffff"))
        first, second, gone = app.controls()
        assert first["i"] != second["i"] and gone["i"] == first["i"]
        assert (gone["a"], gone["d"]) == ("d", "I")
        widget.show(None)
        await pilot.pause()
        assert app.actions() == ["T", "T", "d", "d"] and app.cells() == []


async def test_a_picture_that_came_too_late_is_not_shown() -> None:
    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        widget = app.query_one(Picture)
        widget.show(Image.new("RGB", (256, 192)))
        await pilot.pause()
        await shown(pilot, app, Image.new("RGB", (64, 64)))
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert len(app.cells()) == 20 and len(app.cells()[0]) == 40


async def test_after_a_suspension_the_terminal_is_given_it_again() -> None:
    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        await shown(pilot, app, Image.new("RGB", (256, 192)))
        app.app_resume_signal.publish(app)
        await pilot.pause()
        assert app.actions() == ["T", "T", "p"]


async def test_the_terminal_forgets_it_with_the_widget() -> None:
    app = Pictured()
    async with app.run_test(size=(100, 40)) as pilot:
        widget = await shown(pilot, app, Image.new("RGB", (256, 192)))
        await widget.remove()
        assert app.actions() == ["T", "d"]


def test_a_name_is_the_same_colour_in_256_colours_and_in_all() -> None:
    for number, triplet in PALETTE.items():
        assert Color.from_rgb(*triplet).downgrade(ColorSystem.EIGHT_BIT).number == number
    few, all_of_them = (Pixels(lambda _: None, all_colours=each, tmux=False).next_name() for each in (False, True))
    assert few.id == 51 and all_of_them.id == 0x00FFFF and few.colour == all_of_them.colour


def test_in_tmux_everything_is_wrapped() -> None:
    sent: list[str] = []
    pixels = Pixels(sent.append, all_colours=True, tmux=True)
    pixels.show(pixels.next_name(), [kitty.placed(65535, 2, 2)], (2, 2))
    pixels.move((3, 3))
    pixels.take_away()
    assert len(sent) == 3 and all(text.startswith("\x1bPtmux;\x1b\x1b_G") for text in sent)


def test_the_thrifty_writer_writes_the_cells_whole_and_only_those_that_changed() -> None:
    pixels = Pixels(lambda _: None, all_colours=True, tmux=False)
    name = pixels.next_name()
    pixels.show(name, [], (6, 2))
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=8, _environ={})
    record = Shown()
    blank: list[Any] = [[Strip([Segment(" " * 8, Style())])] for _ in range(2)]
    Changes(LayoutUpdate(blank, Region(0, 0, 8, 2)), record).render_segments(console)
    strips = [Strip(pixels.segments(y, Style()), 6).adjust_cell_length(8) for y in range(2)]
    update = ChopsUpdate([{0: strip} for strip in strips], [(0, 0, 8), (1, 2, 4)], [[8], [8]])
    written = Changes(update, record).render_segments(console)
    assert [(kitty.MARKS.index(y), kitty.MARKS.index(x)) for y, x in _CELL.findall(written)] == [
        *((0, x) for x in range(6)), (1, 2), (1, 3),
    ]  # fmt: skip
    assert "38;2;0;255;255" in written and Changes(update, record).render_segments(console) == ""


@pytest.mark.parametrize("cut", range(7))
def test_a_row_can_be_cut_anywhere(cut: int) -> None:
    pixels = Pixels(lambda _: None, all_colours=True, tmux=False)
    pixels.show(pixels.next_name(), [], (6, 1))
    row = Strip(pixels.segments(0, Style()), 6)
    assert [len(_CELL.findall(row.crop(*ends).text)) for ends in ((0, cut), (cut, 6))] == [cut, 6 - cut]
