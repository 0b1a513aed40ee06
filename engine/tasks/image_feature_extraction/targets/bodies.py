"""What a target is made of: solids and limbs with temperatures, and places from which heat spreads.

x points forward, y to the left, z up; a body may have any size, the view scales it. Temperatures are differences
to the surroundings in kelvin: `rise` is there always, `heat` as far as the engine is hot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vertices = NDArray[np.float64]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Solid:
    """A convex solid: corners, and faces as their numbers."""

    corners: Vertices
    faces: tuple[tuple[int, ...], ...]
    rise: float
    heat: float


@dataclass(frozen=True)
class Limb:
    """A rod with round ends, from one point and radius to another; a ball where both are one."""

    start: Point
    end: Point
    radii: tuple[float, float]
    rise: float
    heat: float


@dataclass(frozen=True)
class Glow:
    """Heat that spreads from a place: over the target's surface, or into the air beside it."""

    at: Point
    radius: float
    heat: float
    facing: Point | None = None
    """Seen from this side only; None: from all sides."""
    in_air: bool = False


@dataclass
class Body:
    """A target under construction."""

    solids: list[Solid] = field(default_factory=list)
    limbs: list[Limb] = field(default_factory=list)
    glows: list[Glow] = field(default_factory=list)

    def prism(
        self,
        profile: Sequence[tuple[float, float]],
        half: float,
        rise: float,
        heat: float = 0.0,
        *,
        y: float = 0.0,
        top: float = 1.0,
    ) -> None:
        """A side view (x, z) as wide as 2 * `half` round `y`; its highest points are `top` times as wide."""
        lowest, highest = min(z for _, z in profile), max(z for _, z in profile)
        spans = [half * (1 + (top - 1) * (z - lowest) / max(highest - lowest, 1e-9)) for _, z in profile]
        right = [(x, y - span, z) for (x, z), span in zip(profile, spans, strict=True)]
        left = [(x, y + span, z) for (x, z), span in zip(profile, spans, strict=True)]
        self._close(right, left, rise, heat)

    def plate(
        self, outline: Sequence[tuple[float, float]], z: float, thick: float, rise: float, heat: float = 0.0
    ) -> None:
        """A top view (x, y) from height `z` up to `z + thick`."""
        self._close([(x, y, z) for x, y in outline], [(x, y, z + thick) for x, y in outline], rise, heat)

    def box(
        self,
        x: tuple[float, float],
        half: float,
        z: tuple[float, float],
        rise: float,
        heat: float = 0.0,
        y: float = 0.0,
    ) -> None:
        """A box between two x and two z, as wide as 2 * `half` round `y`."""
        self.prism([(x[0], z[0]), (x[1], z[0]), (x[1], z[1]), (x[0], z[1])], half, rise, heat, y=y)

    def wheels(self, places: Sequence[float], side: float, radius: float, rise: float, heat: float) -> None:
        """Wheels at these x on both sides."""
        turns = [math.tau * step / 10 for step in range(10)]
        for x in places:
            rim = [(x + radius * math.cos(turn), radius + radius * math.sin(turn)) for turn in turns]
            for y in (-side, side):
                self.prism(rim, radius * 0.3, rise, heat, y=y)

    def limb(
        self, start: Point, end: Point, radii: float | tuple[float, float], rise: float, heat: float = 0.0
    ) -> None:
        both = radii if isinstance(radii, tuple) else (radii, radii)
        self.limbs.append(Limb(start, end, both, rise, heat))

    def ball(self, at: Point, radius: float, rise: float, heat: float = 0.0) -> None:
        self.limb(at, at, radius, rise, heat)

    def glow(self, at: Point, radius: float, heat: float, facing: Point | None = None, in_air: bool = False) -> None:
        self.glows.append(Glow(at, radius, heat, facing, in_air))

    def corners(self) -> Vertices:
        """Every point that the body reaches, for its extent."""
        ends = [[limb.start, limb.end] for limb in self.limbs]
        return np.concatenate([solid.corners for solid in self.solids] + [np.array(pair) for pair in ends])

    def _close(self, near: Sequence[Point], far: Sequence[Point], rise: float, heat: float) -> None:
        count = len(near)
        sides = [(i, (i + 1) % count, count + (i + 1) % count, count + i) for i in range(count)]
        faces: list[Any] = [tuple(range(count)), tuple(range(count, 2 * count)), *sides]
        self.solids.append(Solid(np.array([*near, *far], dtype=np.float64), tuple(faces), rise, heat))
