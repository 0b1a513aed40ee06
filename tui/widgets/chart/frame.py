"""The frame of a plot: its place on the canvas, the axes with their labels."""

from __future__ import annotations

import numpy as np

from tui.theme import Role
from tui.widgets.cells import Canvas
from tui.widgets.chart import axes
from tui.widgets.chart.axes import Bounds
from tui.widgets.chart.raster import rows_of
from tui.widgets.chart.view import View


class Plot:
    """The inner rectangle: a view into the canvas."""

    def __init__(self, canvas: Canvas, x: int, y: int, width: int, height: int, bounds: Bounds) -> None:
        self.canvas, self.x, self.top, self.width, self.height = canvas, x, y, width, height
        self.y = (bounds.low, bounds.high)
        self.codes = canvas.codes[y : y + height, x : x + width]
        self.roles = canvas.roles[y : y + height, x : x + width]


def y_labels(bounds: Bounds, log: bool, count: int) -> list[tuple[float, str]]:
    """Ticks of the y axis and their texts; on a logarithmic one the ticks are exponents."""
    if log:
        return [(value, axes.label(10.0**value)) for value in axes.log_ticks(bounds, count)]
    step = axes.nice_step(bounds.span, count)
    return [(value, axes.label(value, step)) for value in axes.ticks(bounds, count)]


def draw_y_axis(plot: Plot, labels: list[tuple[float, str]], *, ascii_only: bool) -> None:
    """The line on the left, with a tick and a text at each label."""
    line, tick = ("|", "+") if ascii_only else ("│", "┤")
    canvas, x = plot.canvas, plot.x - 1
    canvas.codes[plot.top : plot.top + plot.height, x] = ord(line)
    canvas.roles[plot.top : plot.top + plot.height, x] = Role.AXIS
    for value, text in labels:
        row = int(rows_of(np.array([value]), *plot.y, plot.height * 4)[0])
        if 0 <= row < plot.height * 4:
            y = plot.top + row // 4
            canvas.write(max(0, x - len(text)), y, text, Role.MUTED, limit=x)
            canvas.write(x, y, tick, Role.AXIS)


def draw_x_axis(plot: Plot, view: View, shown: Bounds, *, ascii_only: bool) -> None:
    """The line below, its ticks, and at the right end what differs from the plain chart."""
    canvas, y = plot.canvas, plot.top + plot.height
    corner, line, tick = ("+", "-", "+") if ascii_only else ("└", "─", "┴")
    canvas.write(plot.x - 1, y, corner + line * plot.width, Role.AXIS)
    note = _note(view)
    end = canvas.width - len(note) - 1
    canvas.write(end + 1, y + 1, note, Role.MUTED)
    count = max(1, min(8, plot.width // 12))
    values = axes.x_ticks(view.axis, shown, count)
    step = values[1] - values[0] if len(values) > 1 else shown.span
    free = 0
    for value in values:
        column = min(int((value - shown.low) / shown.span * plot.width), plot.width - 1) + plot.x
        text = axes.x_label(view.axis, value, step)
        start = max(0, column - len(text) // 2)
        canvas.write(column, y, tick, Role.AXIS)
        if start >= free and start + len(text) <= end:
            canvas.write(start, y + 1, text, Role.MUTED)
            free = start + len(text) + 1


def _note(view: View) -> str:
    """What differs from the plain chart, and the name of the x axis."""
    parts = [f"ema {view.smoothing:g}"] if view.smoothing else []
    parts += ["log"] if view.log else []
    parts += ["zoom"] if view.window is not None else []
    return " ".join([*parts, view.axis])
