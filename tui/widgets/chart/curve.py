"""A curve as the chart is given it, and the values of its x axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui.theme import Role

Array = NDArray[np.float64]
XAxis = Literal["step", "epoch", "time"]
X_AXES: tuple[XAxis, ...] = ("step", "epoch", "time")


@dataclass(frozen=True)
class Curve:
    """A named series. The arrays are views that may be longer at the next `show`; nothing is copied."""

    name: str
    step: NDArray[np.number]
    epoch: NDArray[np.number]
    t: NDArray[np.number]
    """Unix seconds."""
    value: NDArray[np.number]
    colour_role: Role = Role.CURVE_1
    faint: bool = False
    """Drawn behind the others, not in the legend: an earlier run, say."""
    slot: int | None = None
    """Whose letter it has, where that is not its place among the curves."""

    def __len__(self) -> int:
        return len(self.value)

    def started(self) -> float:
        """When the first point was written."""
        return float(self.t[0]) if len(self.t) else float("inf")

    def x(self, axis: XAxis, origin: float, start: int = 0) -> Array:
        """Positions on an axis from a point on: steps, epochs, or seconds since `origin`.

        They never go back: where epochs start again (a second phase) or a clock jumps back, the axis
        goes on from where it was.
        """
        if axis == "step":
            return np.asarray(self.step[start:], dtype=np.float64)
        raw = np.asarray(self.epoch if axis == "epoch" else self.t, dtype=np.float64)
        return monotone(raw - origin if axis == "time" else raw)[start:]

    def ends(self, axis: XAxis, origin: float) -> tuple[float, float]:
        """The first and the last position."""
        if axis == "step":
            return float(self.step[0]), float(self.step[-1])
        x = self.x(axis, origin)
        return float(x[0]), float(x[-1])

    def mark(self, count: int) -> tuple[float, float, float]:
        """What tells that the first `count` points are still the same ones."""
        return (float(self.t[count - 1]), float(self.step[count - 1]), float(self.t[0])) if count else (0, 0, 0)


def monotone(x: Array) -> Array:
    """The values with each fall taken out, so that they only rise."""
    if len(x) < 2:
        return x
    rises = np.diff(x)
    if rises.min() >= 0:
        return x
    return np.concatenate((x[:1], x[0] + np.cumsum(np.maximum(rises, 0.0))))


@dataclass(frozen=True)
class Mark:
    """Something that happened, on the x axis."""

    t: float
    step: int | None
    """None where only the time is known."""
    glyph: str
    role: int


def point_at(curve: Curve, t: float, step: int | None) -> int:
    """The point of a curve that was written at a time, or at a step where that is known."""
    known, sought = (curve.t, t) if step is None else (curve.step, float(step))
    return min(int(np.searchsorted(known, sought)), len(curve) - 1)
