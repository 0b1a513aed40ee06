"""A chart on a canvas: legend, axes, curves, target, cursor. Knows no widget and no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tui.theme import BOLD, Role, faint
from tui.widgets.cells import Canvas, Line
from tui.widgets.chart import axes
from tui.widgets.chart.axes import Bounds
from tui.widgets.chart.curve import Array, Curve, Mark, point_at
from tui.widgets.chart.frame import Plot, draw_x_axis, draw_y_axis, y_labels
from tui.widgets.chart.legend import ASCII_MARKS, LETTERS, Entry, curve_mark, legend_line
from tui.widgets.chart.raster import BRAILLE, bits, raster, rows_of
from tui.widgets.chart.trace import Span, Trace, Window, worth_smoothing
from tui.widgets.chart.view import View

_LEAST_LABELS = 6
_BY_COLOUR = 2
"""More curves than these have letters too: nobody keeps eight colours apart."""
_TRACES_KEPT = 8
"""Beside those of the curves that are drawn."""


@dataclass(frozen=True)
class Look:
    """What the terminal can show."""

    ascii_only: bool = False
    lettered: bool = False
    """Mark the curves with letters: no colours tell them apart."""
    focused: bool = False


class Scene:
    """Draws curves, and remembers the bounds so that they hold still from one drawing to the next."""

    def __init__(self) -> None:
        self.curves: tuple[Curve, ...] = ()
        self.target: float | None = None
        self.title = ""
        self.marks: tuple[Mark, ...] = ()
        self.whole = Bounds(0.0, 1.0)
        """The x axis with all data in sight."""
        self.columns = 1
        """Columns of dots of the last drawing."""
        self._x_held: dict[str, Bounds] = {}
        self._y_held: dict[bool, Bounds] = {}
        self._traces: dict[tuple[object, ...], Trace] = {}
        """The last ones; each sees by itself whether it still holds. Whoever comes back to a run of millions of
        points finds it drawn."""
        self._label_width = _LEAST_LABELS

    def show(self, curves: Sequence[Curve], target: float | None, title: str, marks: Sequence[Mark] = ()) -> None:
        """Take the curves to draw. Bounds are kept while title and curves are the same ones."""
        names = [(curve.name, curve.faint) for curve in curves]
        if title != self.title or names != [(curve.name, curve.faint) for curve in self.curves]:
            self.forget()
        self.curves, self.target, self.title, self.marks = tuple(curves), target, title, tuple(marks)

    def forget(self) -> None:
        """Choose the bounds anew at the next drawing."""
        self._x_held.clear()
        self._y_held.clear()
        self._label_width = _LEAST_LABELS

    def shown(self, view: View) -> Bounds:
        """The x axis in sight."""
        return view.window or self.whole

    def origin(self) -> float:
        """Second zero of the time axis."""
        return min((curve.started() for curve in self.curves), default=0.0)

    def draw(self, canvas: Canvas, view: View, look: Look) -> None:
        """Draw everything. The canvas is empty."""
        if sum(not curve.faint for curve in self.curves) > _BY_COLOUR:
            look = replace(look, lettered=True)
        filled = [curve for curve in self.curves if len(curve)]
        if not filled:
            self._legend(canvas, view, look)
            message = "no data yet"
            canvas.write((canvas.width - len(message)) // 2, canvas.height // 2, message, Role.MUTED)
            return
        self.whole = self._whole(view, filled)
        self._legend(canvas, view, look)
        height = canvas.height - 3
        if height < 1 or canvas.width < _LEAST_LABELS + 6:
            return
        for _ in range(2):  # Again where the labels turn out wider than those before.
            width = canvas.width - self._label_width - 1
            self.columns = width * 2
            spans = self._spans(view, filled, self.columns)
            bounds = self._y_bounds(view, spans)
            labels = y_labels(bounds, view.log, max(1, min(5, height // 3)))
            widest = max((len(text) for _, text in labels), default=0)
            if widest <= self._label_width:
                break
            self._label_width = min(widest, canvas.width // 3)
        plot = Plot(canvas, self._label_width + 1, 1, width, height, bounds)
        draw_y_axis(plot, labels, ascii_only=look.ascii_only)
        draw_x_axis(plot, view, self.shown(view), ascii_only=look.ascii_only)
        self._marks(plot, view, max(filled, key=len))
        self._target(plot, view, look)
        self._curves(plot, view, spans, look)
        self._cursor(plot, view, look)

    # -- ranges

    def _whole(self, view: View, curves: Sequence[Curve]) -> Bounds:
        origin = self.origin()
        ends = [curve.ends(view.axis, origin) for curve in curves]
        first, last = min(end[0] for end in ends), max(end[1] for end in ends)
        start = 0.0 if 0 <= first <= last * 0.5 else first
        held = axes.nice_end(start, last, self._x_held.get(view.axis))
        self._x_held[view.axis] = held
        return held

    def _spans(self, view: View, curves: Sequence[Curve], columns: int) -> list[tuple[Curve, bool, Span]]:
        """(curve, drawn faintly, columns) in the order of drawing, faint ones first."""
        shown = self.shown(view)
        window = Window(view.axis, self.origin(), shown.low, shown.high, columns)
        spans = []
        for index, curve in enumerate(curves):
            raw = self._trace(index, curve, smooth=False).reduce(curve, window, 0.0)
            smoothed = not curve.faint and worth_smoothing(len(curve), view.smoothing)
            spans.append((curve, curve.faint or smoothed, raw))
            if smoothed:
                smooth = self._trace(index, curve, smooth=True).reduce(curve, window, view.smoothing)
                spans.append((curve, False, smooth))
        return sorted(spans, key=lambda entry: not entry[1])

    def _trace(self, index: int, curve: Curve, *, smooth: bool) -> Trace:
        key = (self.title, index, curve.name, smooth, curve.started())
        trace = self._traces.pop(key, None) or Trace()
        self._traces[key] = trace
        while len(self._traces) > _TRACES_KEPT + 2 * len(self.curves):
            del self._traces[next(iter(self._traces))]
        return trace

    def _y_bounds(self, view: View, spans: list[tuple[Curve, bool, Span]]) -> Bounds:
        lows = [value for _, _, span in spans for value in (_least(span.low, view.log),) if np.isfinite(value)]
        highs = [value for _, _, span in spans for value in (_greatest(span.high, view.log),) if np.isfinite(value)]
        if self.target is not None and np.isfinite(goal := _scaled(np.array([self.target]), view.log)[0]):
            lows.append(float(goal))
            highs.append(float(goal))
        if not lows or not highs:
            return Bounds(0.0, 1.0)
        held = self._y_held.get(view.log)
        if view.log:
            bounds = axes.log_bounds(min(lows), max(highs), held)
        else:
            bounds = axes.nice_bounds(min(lows), max(highs), held=held)
        self._y_held[view.log] = bounds
        return bounds

    # -- parts

    def _legend(self, canvas: Canvas, view: View, look: Look) -> None:
        entries = [
            Entry(
                curve_mark(self._index(curve), curve.colour_role, ascii_only=look.ascii_only, lettered=look.lettered),
                curve.name,
                self._reading(index, curve, view),
            )
            for index, curve in sorted(enumerate(self.curves), key=lambda entry: self._index(entry[1]))
            if not curve.faint
        ]
        at = None
        if view.cursor is not None:
            # There are no parts of a step.
            step = max(self.shown(view).span / 500, 1.0 if view.axis == "step" else 0.0)
            at = axes.x_label(view.axis, view.cursor, step)
        line = legend_line(self.title, entries, self.target, at, canvas.width, ascii_only=look.ascii_only)
        canvas.write_line(0, 0, line)

    def _reading(self, index: int, curve: Curve, view: View) -> Line:
        """The last value, or that at the cursor, and the smoothed one beside it."""
        if not len(curve):
            return ()
        if view.cursor is None:
            point = len(curve) - 1
        else:
            point = nearest(curve.x(view.axis, self.origin()), view.cursor)
        text = [(axes.reading(float(curve.value[point])), curve.colour_role | BOLD)]
        if worth_smoothing(len(curve), view.smoothing):
            smooth = self._trace(index, curve, smooth=True).values(curve, view.smoothing)
            text.append((f" ~{axes.reading(float(smooth[point]))}", curve.colour_role))
        return text

    def _marks(self, plot: Plot, view: View, curve: Curve) -> None:
        """What happened, on the line of the x axis; of what falls into one cell the last is seen."""
        if not self.marks:
            return
        shown, x = self.shown(view), curve.x(view.axis, self.origin())
        for mark in self.marks:
            if (mark.t < curve.t[0]) if mark.step is None else (mark.step < curve.step[0]):
                continue  # before this metric was first measured
            place = (float(x[point_at(curve, mark.t, mark.step)]) - shown.low) / shown.span
            if 0 <= place <= 1:
                column = plot.x + min(int(place * plot.width), plot.width - 1)
                plot.canvas.write(column, plot.top + plot.height, mark.glyph, mark.role)

    def _target(self, plot: Plot, view: View, look: Look) -> None:
        if self.target is None:
            return
        row = int(rows_of(_scaled(np.array([self.target]), view.log), *plot.y, plot.height * 4)[0])
        if not 0 <= row < plot.height * 4:
            return
        y, dot = divmod(row, 4)
        code = ord("-") if look.ascii_only else BRAILLE + (0x01, 0x02, 0x04, 0x40)[dot]
        plot.codes[y, :] = code
        plot.roles[y, :] = Role.TARGET

    def _curves(self, plot: Plot, view: View, spans: list[tuple[Curve, bool, Span]], look: Look) -> None:
        pictures: list[tuple[Curve, bool, NDArray[np.uint8]]] = []
        for curve, is_faint, span in spans:
            scaled = Span(_scaled(span.low, view.log), _scaled(span.high, view.log), span.broken)
            pictures.append((curve, is_faint, bits(raster(scaled, *plot.y, plot.height * 4))))
        for level in (True, False):
            together = np.zeros((plot.height, plot.width), dtype=np.uint8)
            for curve, is_faint, picture in pictures:
                if is_faint is not level:
                    continue
                cells = picture > 0
                plot.roles[cells] = faint(curve.colour_role) if level else curve.colour_role
                if look.ascii_only:
                    plot.codes[cells] = ord("." if level else ASCII_MARKS[self._index(curve)])
                together |= picture
            if not look.ascii_only:
                cells = together > 0
                plot.codes[cells] = BRAILLE + together[cells].astype(np.uint32)
        if look.lettered and not look.ascii_only:
            self._letters(plot, pictures)

    def _letters(self, plot: Plot, pictures: list[tuple[Curve, bool, NDArray[np.uint8]]]) -> None:
        """A letter on each curve, at different places, where colours cannot tell them apart."""
        drawn = [(curve, picture) for curve, is_faint, picture in pictures if not is_faint and not curve.faint]
        for index, (curve, picture) in enumerate(drawn):
            columns = np.flatnonzero(picture.any(axis=0))
            if not len(columns):
                continue
            column = columns[int(len(columns) * (index + 1) / (len(drawn) + 1))]
            row = int(np.flatnonzero(picture[:, column])[0])
            plot.codes[row, column] = ord(LETTERS[self._index(curve)])
            plot.roles[row, column] = curve.colour_role | BOLD

    def _index(self, curve: Curve) -> int:
        place = curve.slot
        if place is None:
            place = next(i for i, known in enumerate(self.curves) if known is curve)
        return place % len(ASCII_MARKS)

    def _cursor(self, plot: Plot, view: View, look: Look) -> None:
        shown = self.shown(view)
        if view.cursor is None or not shown.low <= view.cursor <= shown.high:
            return
        column = min(int((view.cursor - shown.low) / shown.span * plot.width), plot.width - 1)
        free = (plot.codes[:, column] == ord(" ")) | (plot.roles[:, column] == Role.TARGET)
        plot.codes[free, column] = ord("|" if look.ascii_only else "│")
        plot.roles[free, column] = Role.CURSOR
        plot.roles[~free, column] |= np.uint16(BOLD)


def nearest(x: Array, position: float) -> int:
    """Index of the point next to a position."""
    index = int(np.searchsorted(x, position))
    if index == 0:
        return 0
    if index == len(x):
        return len(x) - 1
    return index if x[index] - position < position - x[index - 1] else index - 1


def _scaled(values: Array, log: bool) -> Array:
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        # A zero has no place on a logarithmic axis; the lowest row is the honest one.
        return np.where(values > 0, np.log10(values), np.where(np.isnan(values), np.nan, -400.0))


def _least(values: Array, log: bool) -> float:
    scaled = _scaled(values, log)
    usable = scaled[np.isfinite(scaled) & (scaled > -400.0)] if log else scaled[np.isfinite(scaled)]
    return float(usable.min()) if len(usable) else float("nan")


def _greatest(values: Array, log: bool) -> float:
    scaled = _scaled(values, log)
    usable = scaled[np.isfinite(scaled) & (scaled > -400.0)] if log else scaled[np.isfinite(scaled)]
    return float(usable.max()) if len(usable) else float("nan")
