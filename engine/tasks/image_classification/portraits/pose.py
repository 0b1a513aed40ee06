"""Where a point of the face is in the picture: the head is an ellipsoid that turns, nods and leans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DEPTH = 0.82
"""Half of the head from front to back, where half of its height is 1."""


@dataclass(frozen=True)
class Pose:
    """How the head is held, and where it is in the picture."""

    yaw: float
    """Radians; positive turns the face to the right of the picture."""
    pitch: float
    roll: float
    scale: float
    """Pixels of half the head's height."""
    centre: tuple[float, float]

    def on_face(self, points: Sequence[tuple[float, float]] | Array, wide: float, lift: float = 0.0) -> Array:
        """Places in the picture of points (x, y) on the surface of a head `wide` at half its width.

        x from the middle to the right of the picture, y from -1 (top) to 1 (chin), `lift` off the surface.
        """
        flat = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        x, y = flat[:, 0], flat[:, 1]
        z = DEPTH * np.sqrt(np.clip(1 - (x / (wide * 1.02)) ** 2 - (y / 1.35) ** 2, 0.0, 1)) + lift
        return self.placed(x, y, z)

    def placed(self, x: Array, y: Array, z: Array) -> Array:
        """Places of points of the head itself, z towards the camera."""
        (sin_yaw, cos_yaw), (sin_pitch, cos_pitch) = (
            (math.sin(angle), math.cos(angle)) for angle in (self.yaw, self.pitch)
        )
        across, near = x * cos_yaw + z * sin_yaw, z * cos_yaw - x * sin_yaw
        down = y * cos_pitch + near * sin_pitch
        # Near things are larger: a camera at five times the head's height.
        size = self.scale * 10 / (10 - near * cos_pitch + y * sin_pitch)
        return self._leant(across * size, down * size)

    def outline(self, x: Array, y: Array, forward: Array) -> Array:
        """Places of the edge of the head: half widths `x` at `y`, where the head lies `forward` of its axis.

        A head is about as deep as it is wide, so that turning leaves its edge as wide as it was.
        """
        size = self.scale * (1 + 0.01 * y)
        return self._leant((x + forward * math.sin(self.yaw)) * size, y * math.cos(self.pitch) * size)

    def _leant(self, x: Array, y: Array) -> Array:
        sin, cos = math.sin(self.roll), math.cos(self.roll)
        return np.stack([x * cos - y * sin + self.centre[0], x * sin + y * cos + self.centre[1]], axis=1)

    def upright(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Pixels as measures of a head that neither leans nor is moved: the way back, but for yaw and pitch."""
        sin, cos = math.sin(-self.roll), math.cos(-self.roll)
        across, down = x - self.centre[0], y - self.centre[1]
        return (across * cos - down * sin) / self.scale, (across * sin + down * cos) / self.scale


def ring(centre: tuple[float, float], radii: tuple[float, float], tilt: float = 0.0, steps: int = 14) -> Array:
    """Points of an ellipse."""
    turns = np.linspace(0, math.tau, steps, endpoint=False)
    x, y = radii[0] * np.cos(turns), radii[1] * np.sin(turns)
    sin, cos = math.sin(tilt), math.cos(tilt)
    return np.stack([centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos], axis=1)


def rounded(points: Array, times: int = 2, closed: bool = True) -> Array:
    """Corners cut off, again and again (Chaikin, 1974): a smooth line through few points."""
    for _ in range(times):
        following = np.roll(points, -1, axis=0) if closed else points[1:]
        here = points if closed else points[:-1]
        cut = np.stack([0.75 * here + 0.25 * following, 0.25 * here + 0.75 * following], axis=1).reshape(
            -1, points.shape[1]
        )
        points = cut if closed else np.concatenate([points[:1], cut, points[-1:]])
    return points
