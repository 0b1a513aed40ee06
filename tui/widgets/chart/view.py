"""What the operator chose to see of a chart. Pure: each change gives a new view."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.widgets.chart.axes import Bounds
from tui.widgets.chart.curve import X_AXES, XAxis

SMOOTHINGS = (0.0, 0.6, 0.9, 0.98)
_ZOOM = 2.0
_PAN = 0.25


@dataclass(frozen=True)
class View:
    """The choice: axis, scale, smoothing, window and cursor."""

    axis: XAxis = "step"
    log: bool = False
    smoothing: float = 0.0
    window: Bounds | None = None
    """The part of the x axis in sight; None follows the data."""
    cursor: float | None = None
    """Position of the value cursor on the x axis; None where there is none."""

    def next_smoothing(self) -> View:
        index = SMOOTHINGS.index(self.smoothing) if self.smoothing in SMOOTHINGS else 0
        return replace(self, smoothing=SMOOTHINGS[(index + 1) % len(SMOOTHINGS)])

    def next_axis(self) -> View:
        """Steps, epochs, time; window and cursor mean nothing on the next axis and go."""
        return View(axis=X_AXES[(X_AXES.index(self.axis) + 1) % len(X_AXES)], log=self.log, smoothing=self.smoothing)

    def other_scale(self) -> View:
        return replace(self, log=not self.log)

    def zoom(self, whole: Bounds, *, closer: bool) -> View:
        """Half or twice the window, around the cursor or, without one, around its middle."""
        shown = self.window or whole
        span = shown.span / _ZOOM if closer else shown.span * _ZOOM
        if span >= whole.span:
            return replace(self, window=None)
        if span < whole.span * 1e-6:
            return self
        anchor = self.cursor if self.cursor is not None and shown.low <= self.cursor <= shown.high else None
        if anchor is None:
            anchor = (shown.low + shown.high) / 2
        share = (anchor - shown.low) / shown.span
        return replace(self, window=_inside(anchor - share * span, span, whole))

    def pan(self, whole: Bounds, *, right: bool) -> View:
        """Move a zoomed window by a quarter of its width; the whole cannot be moved."""
        if self.window is None:
            return self
        shift = self.window.span * (_PAN if right else -_PAN)
        return replace(self, window=_inside(self.window.low + shift, self.window.span, whole))

    def at(self, cursor: float | None, whole: Bounds) -> View:
        """Put the cursor somewhere; a zoomed window follows it."""
        window = self.window
        if window is not None and cursor is not None and not window.low <= cursor <= window.high:
            window = _inside(cursor - window.span / 2, window.span, whole)
        return replace(self, cursor=cursor, window=window)

    def reset(self) -> View:
        """All of the data again, no cursor; axis, scale and smoothing stay."""
        return replace(self, window=None, cursor=None)


def _inside(low: float, span: float, whole: Bounds) -> Bounds:
    low = max(whole.low, min(low, whole.high - span))
    return Bounds(low, low + span)
