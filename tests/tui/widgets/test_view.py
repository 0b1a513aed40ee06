"""What the keys make of a view."""

from __future__ import annotations

import pytest

from tui.widgets.chart.axes import Bounds
from tui.widgets.chart.view import View

WHOLE = Bounds(0.0, 100.0)


def test_smoothing_cycles() -> None:
    view, seen = View(), []
    for _ in range(5):
        view = view.next_smoothing()
        seen.append(view.smoothing)
    assert seen == [0.6, 0.9, 0.98, 0.0, 0.6]


def test_the_axis_cycles_and_drops_what_meant_the_other_axis() -> None:
    view = View(cursor=5.0, window=Bounds(0.0, 10.0), log=True).next_axis()
    assert (view.axis, view.cursor, view.window, view.log) == ("epoch", None, None, True)
    assert view.next_axis().next_axis().axis == "step"


@pytest.mark.parametrize(
    ("cursor", "window"), [(None, Bounds(25.0, 75.0)), (0.0, Bounds(0.0, 50.0)), (90.0, Bounds(45.0, 95.0))]
)
def test_zooming_in_keeps_the_cursor_where_it_is(cursor: float | None, window: Bounds) -> None:
    assert View(cursor=cursor).zoom(WHOLE, closer=True).window == window


def test_zooming_out_ends_with_the_whole() -> None:
    view = View().zoom(WHOLE, closer=True)
    assert view.zoom(WHOLE, closer=False).window is None


def test_panning_stops_at_the_ends() -> None:
    view = View(window=Bounds(25.0, 75.0))
    assert view.pan(WHOLE, right=True).window == Bounds(37.5, 87.5)
    for _ in range(5):
        view = view.pan(WHOLE, right=True)
    assert view.window == Bounds(50.0, 100.0)
    assert View().pan(WHOLE, right=True).window is None


def test_a_zoomed_window_follows_the_cursor() -> None:
    assert View(window=Bounds(0.0, 20.0)).at(50.0, WHOLE).window == Bounds(40.0, 60.0)
    assert View(window=Bounds(0.0, 20.0)).at(10.0, WHOLE).window == Bounds(0.0, 20.0)


def test_reset_keeps_the_scale() -> None:
    view = View(log=True, smoothing=0.9, axis="time", window=Bounds(1, 2), cursor=1.5).reset()
    assert view == View(log=True, smoothing=0.9, axis="time")
