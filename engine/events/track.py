"""Metrics that stand on the same lines: their steps, epochs and times are kept once."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Key = tuple[str, str]
"""Split and metric."""

Kind = TypeVar("Kind", bound=np.generic)

_FIRST = 16
"""Points that a track has room for once it grows."""


class Track:
    """Arrays that double when they are full. The first `length` points count and are never changed in
    place: what is dropped is dropped by copying the rest, so a Series given out stays as it was."""

    __slots__ = ("epoch", "length", "resumed", "step", "t", "values")

    def __init__(self) -> None:
        self.length = 0
        self.resumed = False
        """The next point replaces those at or past its step."""
        self.step: NDArray[np.int64] = np.empty(0, np.int64)
        self.epoch: Floats = np.empty(0)
        self.t: Floats = np.empty(0)
        self.values: dict[Key, Floats] = {}

    def extend(self, step: NDArray[np.int64], epoch: Floats, t: Floats, values: dict[Key, Floats]) -> None:
        """Append points of every metric of the track. Whole arrays are taken over, not copied, by an empty one."""
        if self.resumed and len(step):
            self.resumed = False
            self.keep(self.step[: self.length] < step[0])
        start, end = self.length, self.length + len(step)
        if not start:
            self.step, self.epoch, self.t, self.values = step, epoch, t, dict(values)
        else:
            if end > len(self.step):
                self._grow(max(end, 2 * start, _FIRST))
            self.step[start:end], self.epoch[start:end], self.t[start:end] = step, epoch, t
            for key, column in values.items():
                self.values[key][start:end] = column
        self.length = end

    def parted(self, key: Key) -> Track:
        """One metric on a track of its own; the others keep theirs."""
        alone = Track()
        end = alone.length = self.length
        alone.resumed = self.resumed
        alone.step, alone.epoch, alone.t = self.step[:end].copy(), self.epoch[:end].copy(), self.t[:end].copy()
        alone.values = {key: self.values.pop(key)[:end]}
        alone.values[key] = alone.values[key].copy()
        return alone

    def resume_after(self, step: int) -> None:
        """Drop the points past a step; the next one replaces those at it."""
        self.keep(self.step[: self.length] <= step)
        self.resumed = True

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the points where `mask` is false."""
        if mask.all():
            return
        end = self.length
        self.step, self.epoch, self.t = self.step[:end][mask], self.epoch[:end][mask], self.t[:end][mask]
        self.values = {key: column[:end][mask] for key, column in self.values.items()}
        self.length = len(self.step)

    def _grow(self, capacity: int) -> None:
        self.step = _grown(self.step, self.length, capacity)
        self.epoch = _grown(self.epoch, self.length, capacity)
        self.t = _grown(self.t, self.length, capacity)
        self.values = {key: _grown(column, self.length, capacity) for key, column in self.values.items()}


def _grown(array: NDArray[Kind], length: int, capacity: int) -> NDArray[Kind]:
    larger = np.empty(capacity, array.dtype)
    larger[:length] = array[:length]
    return larger
