"""The chart widget: keys, messages, and the scene on its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from textual.message import Message

from tui.actions import bindings_of
from tui.widgets.cells import Canvas, CellWidget
from tui.widgets.chart.curve import Curve, Mark, point_at
from tui.widgets.chart.scene import Look, Scene
from tui.widgets.chart.view import View


class Chart(CellWidget, can_focus=True):
    """Curves over steps, epochs or time, with everything by keyboard."""

    BINDINGS = bindings_of("chart")

    @dataclass
    class CursorMoved(Message):
        """The cursor stands somewhere else; `x` is None where it was hidden."""

        chart: Chart
        x: float | None

        @property
        def control(self) -> Chart:
            return self.chart

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Chart.CursorMoved) and message.chart is self.chart

    @dataclass
    class ViewChanged(Message):
        """Axis, scale, smoothing or window were changed by keyboard."""

        chart: Chart
        view: View

        @property
        def control(self) -> Chart:
            return self.chart

    def __init__(
        self, *, ascii_only: bool = False, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(ascii_only=ascii_only, name=name, id=id, classes=classes)
        self._scene = Scene()
        self._view = View()

    # -- what it shows

    def show(
        self, curves: Sequence[Curve], target: float | None = None, title: str = "", marks: Sequence[Mark] = ()
    ) -> None:
        """Show these curves; called again with longer ones it sends what changed."""
        self._scene.show(curves, target, title, marks)
        self.redraw()

    @property
    def view(self) -> View:
        return self._view

    def set_view(self, view: View) -> None:
        """Take over another chart's view; posts nothing."""
        if view != self._view:
            self._view = view
            self.redraw()

    def set_cursor(self, x: float | None) -> None:
        """Put the cursor somewhere, or hide it; posts nothing."""
        self.set_view(self._view.at(x, self._scene.whole))

    def draw(self, canvas: Canvas) -> None:
        look = Look(ascii_only=self.ascii_only, lettered=self.palette.monochrome, focused=self.has_focus)
        self._scene.draw(canvas, self._view, look)

    # -- keys

    def action_cursor(self, direction: int) -> None:
        """Move to the next point that stands in another column of dots."""
        whole, shown = self._scene.whole, self._scene.shown(self._view)
        x = self._positions()
        if not len(x):
            return
        if self._view.cursor is None:
            visible = x[(x >= shown.low) & (x <= shown.high)]
            place = float(visible[-1] if len(visible) else x[-1])
        else:
            column = shown.span / max(1, self._scene.columns // 2)
            place = _next_point(x, self._view.cursor, column * direction)
        self._move(self._view.at(place, whole))

    def action_cursor_end(self, last: bool) -> None:
        x = self._positions()
        if len(x):
            self._move(self._view.at(float(x[-1] if last else x[0]), self._scene.whole))

    def go_to(self, t: float, step: int | None = None) -> None:
        """Put the cursor on the point that was written at a time, or at a step where that is known."""
        curve = max((curve for curve in self._scene.curves if len(curve)), key=len, default=None)
        if curve is None:
            return
        point = point_at(curve, t, step)
        self._move(self._view.at(float(curve.x(self._view.axis, self._scene.origin())[point]), self._scene.whole))

    def action_hide_cursor(self) -> None:
        self._move(replace(self._view, cursor=None))

    def action_zoom(self, closer: bool) -> None:
        self._change(self._view.zoom(self._scene.whole, closer=closer))

    def action_pan(self, right: bool) -> None:
        self._change(self._view.pan(self._scene.whole, right=right))

    def action_reset(self) -> None:
        self._scene.forget()
        self._change(self._view.reset())

    def action_smooth(self) -> None:
        self._change(self._view.next_smoothing())

    def action_scale(self) -> None:
        self._change(self._view.other_scale())

    def action_axis(self) -> None:
        self._change(self._view.next_axis())

    def _positions(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Positions of the first curve's points: the longest one leads."""
        curves = [curve for curve in self._scene.curves if len(curve)]
        if not curves:
            return np.empty(0)
        return max(curves, key=len).x(self._view.axis, self._scene.origin())

    def _move(self, view: View) -> None:
        moved = view.cursor != self._view.cursor
        self._view = view
        self.redraw()
        if moved:
            self.post_message(self.CursorMoved(self, view.cursor))

    def _change(self, view: View) -> None:
        changed = view != self._view
        self._view = view
        self.redraw()
        if changed:
            self.post_message(self.ViewChanged(self, view))


def _next_point(x: np.ndarray[tuple[int], np.dtype[np.float64]], position: float, distance: float) -> float:
    """The first point at least `distance` away; the last one on that side where there is none."""
    if distance > 0:
        index = int(np.searchsorted(x, position + distance, side="left"))
        return float(x[min(index, len(x) - 1)])
    index = int(np.searchsorted(x, position + distance, side="right")) - 1
    return float(x[max(0, index)])
