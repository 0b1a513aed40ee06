"""Every metric of the drawn runs in figures: at the cursor or now, smoothed, lowest, highest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.events.decimate import ema
from tui.theme import BOLD, Role
from tui.widgets.cells import Line, Piece, fit
from tui.widgets.chart.axes import reading, x_label
from tui.widgets.chart.curve import Curve
from tui.widgets.chart.legend import sign_of
from tui.widgets.chart.scene import nearest
from tui.widgets.chart.trace import worth_smoothing
from tui.widgets.chart.view import View

if TYPE_CHECKING:
    from tui.screens.curves import Panel

_FIGURE = 9
NAME = 14


def readings(panels: Sequence[Panel], view: View, width: int, height: int, *, ascii_only: bool) -> list[Line]:
    """A line for each curve under the name of its metric; what does not fit is counted."""
    smoothed = bool(view.smoothing) and width >= NAME + 2 + 4 * _FIGURE
    lines: list[Line] = [_head(view, smoothed)]
    for panel in panels:
        if not any(len(curve) for curve in panel.curves):
            continue
        lines.append([(panel.title, Role.TITLE)])
        origin = min((curve.started() for curve in panel.curves), default=0.0)
        lines += [
            _curve(curve, place, view, origin, smoothed, ascii_only=ascii_only)
            for place, curve in enumerate(panel.curves)
            if len(curve) and not curve.faint
        ]
    if len(lines) > height:
        missing = len(lines) - height + 1
        lines = [*lines[: height - 1], [(f"{missing} more lines: n shows other metrics", Role.MUTED)]]
    return lines


def _head(view: View, smoothed: bool) -> Line:
    at = "last" if view.cursor is None else f"at {x_label(view.axis, view.cursor, 1.0)}"
    columns = [at, *([f"ema {view.smoothing:g}"] if smoothed else []), "lowest", "highest"]
    return [(" " * (NAME + 2), Role.TEXT), *((f"{column:>{_FIGURE}}", Role.MUTED) for column in columns)]


def _curve(curve: Curve, place: int, view: View, origin: float, smoothed: bool, *, ascii_only: bool) -> Line:
    point = len(curve) - 1 if view.cursor is None else nearest(curve.x(view.axis, origin), view.cursor)
    slot = place if curve.slot is None else curve.slot
    # A letter where the chart has one: of several runs. Alone, a run's curves are told by their names.
    sign = "━" if curve.slot is None and not ascii_only else sign_of(slot, ascii_only=ascii_only)
    line: list[Piece] = [
        (f"{sign} ", curve.colour_role | BOLD),
        (fit(curve.name, NAME), Role.TEXT),
        (_figure(float(curve.value[point])), curve.colour_role | BOLD),
    ]
    if smoothed:
        # Smoothing runs over all points before this one, as in the chart.
        is_smooth = worth_smoothing(len(curve), view.smoothing)
        values = np.asarray(curve.value[: point + 1], dtype=np.float64)
        line.append((_figure(float(ema(values, view.smoothing)[-1])) if is_smooth else " " * _FIGURE, Role.TEXT))
    finite = curve.value[np.isfinite(curve.value)]
    ends = (float(finite.min()), float(finite.max())) if len(finite) else (float("nan"), float("nan"))
    return [*line, *((_figure(end), Role.MUTED) for end in ends)]


def _figure(value: float) -> str:
    return f"{reading(value):>{_FIGURE}}"
