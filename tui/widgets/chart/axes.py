"""Bounds on round numbers that hold still, and their ticks. Pure functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from tui.widgets.chart.curve import XAxis

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_ENDS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_FILLED = 0.3
"""Bounds are kept while the data fill at least this part of them."""
_SMALLEST = 1e-300
"""What is less counts as nothing: parts of it would be zero."""


@dataclass(frozen=True)
class Bounds:
    """From where to where an axis goes."""

    low: float
    high: float

    @property
    def span(self) -> float:
        return self.high - self.low

    def holds(self, low: float, high: float) -> bool:
        """Whether data fit, and are not lost in it."""
        dust = 1e-9 * self.span
        return self.low <= low + dust and high - dust <= self.high and (high - low) >= _FILLED * self.span


def nice_step(span: float, count: int) -> float:
    """A round distance that cuts a span into about `count` parts."""
    if span <= _SMALLEST or not math.isfinite(span):
        return 1.0
    raw = span / max(1, count)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in _STEPS if step * power >= raw * (1 - 1e-9))


def nice_bounds(low: float, high: float, count: int = 8, held: Bounds | None = None) -> Bounds:
    """Bounds on round numbers around the data; the ones held before as long as they do."""
    if held is not None and held.holds(low, high):
        return held
    if not (math.isfinite(low) and math.isfinite(high)):
        return Bounds(0.0, 1.0)
    if high - low <= max(_SMALLEST, 1e-12 * max(abs(low), abs(high))):
        # A constant series lies in the middle; it also keeps the bounds that it had.
        if held is not None and held.low <= low <= held.high:
            return held
        margin = abs(low) * 0.1 if abs(low) > _SMALLEST else 0.5
        low, high = low - margin, high + margin
    step = nice_step(high - low, count)
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Bounds(_clean(bottom, step), _clean(top, step))


def nice_end(start: float, end: float, held: Bounds | None = None) -> Bounds:
    """Bounds of an x axis that grows: the end lies on a round number, and moves by a fifth when it must."""
    if held is not None and held.low == start and end <= held.high and (end - start) >= 0.5 * held.span:
        return held
    span = end - start
    if span <= _SMALLEST or not math.isfinite(span):
        return Bounds(start, start + 1.0)
    power = 10.0 ** math.floor(math.log10(span))
    return Bounds(start, start + next(end * power for end in _ENDS if end * power >= span * (1 - 1e-9)))


def log_bounds(low: float, high: float, held: Bounds | None = None) -> Bounds:
    """Bounds of a logarithmic axis, as powers of ten: whole decades, or halves where the data span little."""
    if held is not None and held.holds(low, high):
        return held
    if not (math.isfinite(low) and math.isfinite(high)):
        return Bounds(0.0, 1.0)
    grain = 1.0 if high - low > 1.5 else 0.5 if high - low > 0.3 else 0.1
    bottom, top = math.floor(low / grain + 1e-9) * grain, math.ceil(high / grain - 1e-9) * grain
    return Bounds(bottom, top if top > bottom else bottom + grain)


def ticks(bounds: Bounds, count: int) -> list[float]:
    """Round values inside the bounds."""
    return _multiples(bounds, nice_step(bounds.span, count))


def time_ticks(bounds: Bounds, count: int) -> list[float]:
    """Round times inside the bounds (seconds)."""
    raw = bounds.span / max(1, count)
    if raw < 1:
        return ticks(bounds, count)
    step = next((step for step in _TIME_STEPS if step >= raw), math.ceil(raw / 86400) * 86400)
    return _multiples(bounds, float(step))


def step_ticks(bounds: Bounds, count: int) -> list[float]:
    """Round whole numbers inside the bounds: there is no half step."""
    step = nice_step(bounds.span, count)
    return _multiples(
        bounds, step if step.is_integer() else next(whole for whole in (1.0, 2.0, 5.0) if whole >= step)
    )


def x_ticks(axis: XAxis, bounds: Bounds, count: int) -> list[float]:
    """Where the x axis has its ticks."""
    return {"time": time_ticks, "step": step_ticks}.get(axis, ticks)(bounds, count)


def log_ticks(bounds: Bounds, count: int) -> list[float]:
    """Round values inside the bounds, as exponents: decades, and 2 and 5 between them where there is room."""
    for mantissas in ((1, 2, 5), (1, 3), (1,)):
        exponents = range(math.floor(bounds.low), math.ceil(bounds.high) + 1)
        values = [exponent + math.log10(mantissa) for exponent in exponents for mantissa in mantissas]
        inside = [value for value in values if bounds.low - 1e-9 <= value <= bounds.high + 1e-9]
        if len(inside) <= count:
            return inside or [bounds.low, bounds.high]
    return _multiples(bounds, math.ceil(bounds.span / max(1, count)))


def label(value: float, step: float = 0.0) -> str:
    """A number for an axis: as many decimals as the distance between ticks needs; k and M for large ones."""
    if value == 0 or abs(value) < step * 1e-6:
        return "0"
    size = abs(value)
    if size >= 1e15 or (size < 1e-4 and (not step or step < 1e-4)):
        return f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace(".0e", "e")
    for limit, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= limit * 0.9999999 and (limit > 1e3 or size >= 1e4 or (step >= 100 and step)):
            return f"{_plain(value / limit, step / limit)}{unit}"
    return _plain(value, step)


def time_label(seconds: float) -> str:
    """`45s`, `2:30`, `1:05h`, `2d3h`."""
    sign, whole = ("-" if seconds < 0 else ""), round(abs(seconds))
    if whole == 0 and seconds:
        return f"{seconds:.2g}s"
    if whole < 60:
        return f"{sign}{whole}s"
    if whole < 3600:
        return f"{sign}{whole // 60}:{whole % 60:02d}"
    if whole < 86400:
        return f"{sign}{whole // 3600}:{whole % 3600 // 60:02d}h"
    return f"{sign}{whole // 86400}d{whole % 86400 // 3600}h"


def x_label(axis: XAxis, value: float, step: float) -> str:
    """A tick of the x axis."""
    return time_label(value) if axis == "time" else label(value, step)


def reading(value: float) -> str:
    """A value for people, at most eight characters: `0.8512`, `12.35`, `1.2e-5`, `nan`."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    size = abs(value)
    if value == 0:
        return "0"
    if size < 1e-3 or size >= 1e6:
        return f"{value:.2e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    decimals = 4 if size < 10 else 2 if size < 1000 else 0
    return f"{value:.{decimals}f}"


def _plain(value: float, step: float) -> str:
    decimals = 0
    if step:
        exponent = Decimal(repr(float(f"{step:.3g}"))).normalize().as_tuple().exponent
        decimals = max(0, -exponent) if isinstance(exponent, int) else 0
        return f"{value:.{min(decimals, 6)}f}"
    return f"{value:.4g}"


def _multiples(bounds: Bounds, step: float) -> list[float]:
    first = math.ceil(bounds.low / step - 1e-6)
    last = math.floor(bounds.high / step + 1e-6)
    return [_clean(index * step, step) for index in range(first, min(last, first + 100) + 1)]


def _clean(value: float, step: float) -> float:
    """The value without the dust of binary fractions, so that bounds compare equal."""
    return float(f"{value:.12g}") if abs(value) > step * 1e-9 else 0.0
