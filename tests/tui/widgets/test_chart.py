"""The chart as an operator meets it: by keyboard, live, and with data that misbehave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tui.theme import curve_role
from tui.widgets.chart import Chart, Curve

Stage = Callable[..., Any]
T0 = 1.7e9


def curve(values: Any, name: str = "train", index: int = 0, *, faint: bool = False, every: int = 1) -> Curve:
    y = np.asarray(values, dtype=float)
    step = np.arange(len(y)) * every
    return Curve(name, step, step / 100, T0 + step * 2.0, y, curve_role(index), faint)


def falling(count: int = 400) -> np.ndarray:
    return 2.0 * np.exp(-np.arange(count) / 100) + 0.05 * np.sin(np.arange(count))


def lit(text: str) -> int:
    """Cells with dots."""
    return sum(0x2801 <= ord(character) <= 0x28FF for character in text)


async def test_without_points_it_says_so(stage: Stage) -> None:
    async with stage(Chart()) as (app, _):
        app.widget.show([curve([])], 0.85, "f1")
        assert "no data yet" in app.text()
        assert "target 0.8500" in app.text()


async def test_legend_names_curves_with_their_last_value(stage: Stage) -> None:
    async with stage(Chart()) as (app, _):
        app.widget.show([curve([1.0, 0.5]), curve([0.7, 0.25], "validation", 1)], 0.3, "loss")
        first = app.text().splitlines()[0]
        assert "loss" in first
        assert "train 0.5000" in first
        assert "validation 0.2500" in first
        assert "target 0.3000" in first


@pytest.mark.parametrize(
    "values",
    [[0.5], [0.5] * 30, [np.nan] * 5, [1.0, np.inf, 2.0], [1e-12, 1e12], [0.0, 0.0], [-1.0, -2.0], [1e300, -1e300]],
    ids=["single", "constant", "all nan", "inf", "huge range", "zero", "negative", "overflow"],
)
async def test_odd_data_never_break_the_drawing(stage: Stage, values: list[float]) -> None:
    async with stage(Chart()) as (app, pilot):
        app.widget.show([curve(values)], None, "loss")
        for keys in ((), ("y",), ("y", "e"), ("x",), ("x",), ("right", "plus"), ("y",)):
            await pilot.press(*keys)
            assert "loss" in app.text()


async def test_faint_curves_are_drawn_but_not_named(stage: Stage) -> None:
    async with stage(Chart()) as (app, _):
        app.widget.show([curve(falling(), "earlier", faint=True)], None, "loss")
        assert "earlier" not in app.text()
        assert lit(app.text()) > 20


async def test_smoothing_shows_raw_and_smoothed_value(stage: Stage) -> None:
    async with stage(Chart()) as (app, pilot):
        noisy = [0.0, 1.0] * 200
        app.widget.show([curve(noisy)], None, "loss")
        before = lit(app.text())
        await pilot.press("e", "e", "e")
        assert app.widget.view.smoothing == 0.98
        assert "ema 0.98 step" in app.text()
        assert "1.0000 ~0.50" in app.text()
        assert lit(app.text()) >= before
        await pilot.press("e")
        assert "~" not in app.text()


async def test_a_few_evaluations_are_not_smoothed_away_from_their_target(stage: Stage) -> None:
    async with stage(Chart()) as (app, pilot):
        app.widget.show([curve(falling()), curve(np.linspace(0.5, 0.9, 8), "f1", 1, every=50)], 0.85, "x")
        await pilot.press("e", "e")
        legend = app.text().splitlines()[0]
        assert legend.count("~") == 1
        assert "f1 0.9000  " in legend


async def test_axis_and_scale_are_switched_by_keyboard(stage: Stage) -> None:
    async with stage(Chart()) as (app, pilot):
        app.widget.show([curve(falling())], None, "loss")
        await pilot.press("x")
        assert app.text().rstrip().endswith("epoch")
        await pilot.press("x", "y")
        assert app.text().rstrip().endswith("log time")
        assert "10:00" in app.text()
        await pilot.press("x", "y")
        assert app.text().rstrip().endswith(" step")


async def test_zoom_pan_and_whole(stage: Stage) -> None:
    async with stage(Chart()) as (app, pilot):
        app.widget.show([curve(falling())], None, "loss")
        whole = app.text()
        await pilot.press("plus", "plus")
        window = app.widget.view.window
        assert window is not None
        assert window.span == pytest.approx(100)
        assert "zoom step" in app.text()
        await pilot.press("greater_than_sign")
        assert app.widget.view.window.low > window.low
        await pilot.press("shift+left", "minus", "minus")
        assert app.widget.view.window is None
        await pilot.press("plus", "0")
        assert app.text() == whole


async def test_the_cursor_reads_every_curve(stage: Stage) -> None:
    async with stage(Chart()) as (app, pilot):
        app.widget.show([curve(np.arange(5.0)), curve([10.0, 30.0], "validation", 1, every=4)], None, "x")
        await pilot.press("home")
        assert "train 0 " in app.text()
        assert "validation 10.00" in app.text()
        assert "│" in app.text().splitlines()[3]
        await pilot.press("right")
        assert "train 1.0000" in app.text()
        await pilot.press("end")
        assert "train 4.0000" in app.text()
        assert "at 4" in app.text()
        await pilot.press("escape")
        assert "at 4" not in app.text()


async def test_moving_the_cursor_is_told_and_being_moved_is_not(stage: Stage) -> None:
    async with stage(Chart()) as (app, pilot):
        app.widget.show([curve(falling())], None, "loss")
        await pilot.press("left", "left")
        moved = [message.x for message in app.messages if isinstance(message, Chart.CursorMoved)]
        assert len(moved) == 2
        assert moved[1] < moved[0]
        app.messages.clear()
        app.widget.set_cursor(100.0)
        await pilot.pause()
        assert "at 100" in app.text()
        assert not app.messages


async def test_the_cursor_walks_a_long_curve_column_by_column(stage: Stage) -> None:
    async with stage(Chart()) as (app, pilot):
        app.widget.show([curve(np.arange(100_000.0))], None, "x")
        await pilot.press("home", *["right"] * 10)
        assert app.widget.view.cursor > 9_000


async def test_a_running_chart_keeps_its_axes(stage: Stage) -> None:
    values = falling(1000)
    async with stage(Chart()) as (app, _):
        app.widget.show([curve(values[:700])], 0.1, "loss")
        labels = [line[:8] for line in app.text().splitlines()[1:]]
        last = app.text().splitlines()[-1]
        for count in range(701, 800, 10):
            app.widget.show([curve(values[:count])], 0.1, "loss")
        assert [line[:8] for line in app.text().splitlines()[1:]] == labels
        assert app.text().splitlines()[-1] == last


async def test_only_spans_that_changed_are_refreshed(stage: Stage) -> None:
    """A point in a column that has its dots already changes the number in the legend and nothing else."""
    async with stage(Chart()) as (app, pilot):
        values = falling(5000)
        app.widget.show([curve(values[:4000])], None, "loss")
        await pilot.pause()
        app.widget._repaint_regions.clear()
        app.widget.show([curve(values[:4001])], None, "loss")
        regions = app.widget._repaint_regions
        assert 0 < sum(region.area for region in regions) <= 12
        app.widget._repaint_regions.clear()
        app.widget.show([curve(values[:4001])], None, "loss")
        assert not app.widget._repaint_regions


async def test_another_run_gets_fresh_axes(stage: Stage) -> None:
    async with stage(Chart()) as (app, _):
        app.widget.show([curve(falling(400) * 100)], None, "loss")
        app.widget.show([curve([0.1, 0.2], "other")], None, "loss")
        fresh = app.text()
    async with stage(Chart()) as (app, _):
        app.widget.show([curve([0.1, 0.2], "other")], None, "loss")
        assert app.text() == fresh


async def test_plain_terminals_get_ascii(stage: Stage) -> None:
    async with stage(Chart(ascii_only=True)) as (app, pilot):
        app.widget.show([curve(falling()), curve(falling()[::-1], "validation", 1)], 0.5, "loss")
        await pilot.press("e", "left")
        assert app.text().isascii()
        assert "* train" in app.text()
        assert "o validation" in app.text()


async def test_without_colours_letters_tell_the_curves_apart(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(Chart()) as (app, _):
        app.widget.show([curve(falling()), curve(falling()[::-1], "validation", 1)], None, "loss")
        lines = app.text().splitlines()
        assert "a train" in lines[0]
        assert "b validation" in lines[0]
        assert any("a" in line[8:] for line in lines[1:-2])
        assert any("b" in line[8:] for line in lines[1:-2])


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (20, 4), (30, 6), (300, 100)])
async def test_any_size_can_be_drawn(stage: Stage, size: tuple[int, int]) -> None:
    async with stage(Chart(), size) as (app, pilot):
        app.widget.show([curve(falling())], 0.5, "loss")
        await pilot.press("left", "plus", "y")
        assert len(app.text().splitlines()) <= size[1]


async def test_every_binding_can_be_remapped() -> None:
    ids = [binding.id for binding in Chart.BINDINGS]
    assert all(ids)
    assert len(set(ids)) == len(ids)
