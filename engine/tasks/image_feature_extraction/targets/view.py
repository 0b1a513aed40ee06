"""A body as it is seen from somewhere: temperatures and coverage of each pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.drawing.texture import Field
from engine.tasks.image_feature_extraction.targets.bodies import Body, Limb, Solid

FINE = 4
"""Bodies are drawn at four times the size and reduced: a far target's edges are parts of pixels."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """From where, how large, and how warm."""

    azimuth: float
    """Radians; 0 looks at the right side, a quarter turn at the front."""
    elevation: float
    extent: float
    """Pixels of the body's longest side."""
    centre: tuple[float, float]
    heat: float
    """How hot the engine is: 0 cold, 1 hot."""
    sun: tuple[float, float, float]
    """Kelvin by which the sun warms what faces it, as a vector."""


@dataclass(frozen=True)
class Seen:
    """What a body looks like, height x width each."""

    rises: Field
    """Kelvin above the surroundings, times `cover`."""
    cover: Field
    """Part of each pixel that shows the body."""
    plume: Field
    """Kelvin of hot air, over body and surroundings."""
    box: tuple[float, float, float, float]
    """Left, top, right and bottom of the body."""


def look(body: Body, view: View, width: int, height: int) -> Seen:
    """Draw the body, what is farther away first."""
    axes = _axes(view)
    corners = body.corners()
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale, middle = view.extent / float((high - low).max()), (low + high) / 2
    sheet = _Sheet(width, height, axes, scale, middle, view)
    things: list[tuple[float, Solid | Limb]] = [
        (float((solid.corners.mean(axis=0) @ axes.T)[2]), solid) for solid in body.solids
    ]
    things += [(float((np.add(limb.start, limb.end) / 2 @ axes.T)[2]), limb) for limb in body.limbs]
    for _, thing in sorted(things, key=lambda pair: pair[0]):
        sheet.solid(thing) if isinstance(thing, Solid) else sheet.limb(thing)
    rises, cover = sheet.reduced()
    surface, air = sheet.glows(body)
    flat = (corners - middle) @ axes.T[:, :2] * (scale, -scale) + view.centre
    (left, top), (right, bottom) = flat.min(axis=0), flat.max(axis=0)
    box = (float(left), float(top), float(right), float(bottom))
    return Seen(rises + surface * cover, cover, air, box)


def _axes(view: View) -> Array:
    """Rows: to the right, up, and towards the camera."""
    (sin_a, cos_a), (sin_e, cos_e) = ((math.sin(angle), math.cos(angle)) for angle in (view.azimuth, view.elevation))
    return np.array(
        [
            [cos_a, sin_a, 0],
            [-sin_a * sin_e, cos_a * sin_e, cos_e],
            [sin_a * cos_e, -cos_a * cos_e, sin_e],
        ]
    )


def _normals(solid: Solid) -> Array:
    """Outward directions of the faces, of length 1."""
    first, second, third = (solid.corners[[face[number] for face in solid.faces]] for number in range(3))
    one, other = second - first, third - first
    normals = one[:, [1, 2, 0]] * other[:, [2, 0, 1]] - one[:, [2, 0, 1]] * other[:, [1, 2, 0]]
    outward = np.sign(((first - solid.corners.mean(axis=0)) * normals).sum(axis=1))
    length = np.sqrt((normals**2).sum(axis=1))
    return normals * (outward / np.maximum(length, 1e-9))[:, None]


class _Sheet:
    def __init__(self, width: int, height: int, axes: Array, scale: float, middle: Array, view: View) -> None:
        self.width, self.height, self.axes, self.scale, self.middle, self.view = (
            width,
            height,
            axes,
            scale,
            middle,
            view,
        )
        self._rises = Image.new("F", (width * FINE, height * FINE), 0)
        self._cover = Image.new("L", self._rises.size, 0)
        self._pen, self._marker = ImageDraw.Draw(self._rises), ImageDraw.Draw(self._cover)

    def solid(self, solid: Solid) -> None:
        """The faces that are turned to the camera."""
        flat, rise = self._placed(solid.corners), solid.rise + solid.heat * self.view.heat
        normals = _normals(solid)
        warmed = np.maximum(normals @ self.view.sun, 0.0)
        # The faces of a convex solid that are turned to the camera hide nothing of each other.
        for number in np.flatnonzero(normals @ self.axes[2] > 0):
            self._polygon(flat[list(solid.faces[number])], rise + float(warmed[number]))

    def limb(self, limb: Limb) -> None:
        (x0, y0), (x1, y1) = self._placed(np.array([limb.start, limb.end]))
        rise = limb.rise + limb.heat * self.view.heat
        # Thinner than a fine pixel vanishes.
        first, last = (max(0.6, radius * self.scale * FINE) for radius in limb.radii)
        length = math.hypot(x1 - x0, y1 - y0)
        if length > 1e-6:
            across, along = ((y0 - y1) / length, (x1 - x0) / length)
            self._polygon(
                np.array(
                    [
                        (x0 + across * first, y0 + along * first),
                        (x1 + across * last, y1 + along * last),
                        (x1 - across * last, y1 - along * last),
                        (x0 - across * first, y0 - along * first),
                    ]
                ),
                rise,
            )
        for x, y, radius in ((x0, y0, first), (x1, y1, last)):
            box = [x - radius, y - radius, x + radius, y + radius]
            self._pen.ellipse(box, fill=rise)
            self._marker.ellipse(box, fill=255)

    def glows(self, body: Body) -> tuple[Field, Field]:
        """Heat that spreads on the body, and in the air."""
        y, x = np.mgrid[: self.height, : self.width].astype(np.float32)
        surface, air = np.zeros_like(x), np.zeros_like(x)
        for glow in body.glows:
            # What faces away is hidden; what is seen at a slant is seen in part.
            shown = 1.0 if glow.facing is None else max(0.0, float(np.array(glow.facing) @ self.axes[2])) ** 0.5
            if not shown:
                continue
            (at_x, at_y) = self._placed(np.array([glow.at]))[0] / FINE
            radius = max(0.7, glow.radius * self.scale)
            spread = np.exp(-((x + 0.5 - at_x) ** 2 + (y + 0.5 - at_y) ** 2) / np.float32(2 * radius**2))
            target = air if glow.in_air else surface
            target += spread * np.float32(glow.heat * self.view.heat * shown)
        return surface, air

    def reduced(self) -> tuple[Field, Field]:
        rises = np.asarray(self._rises.reduce(FINE), dtype=np.float32)
        return rises, np.asarray(self._cover.reduce(FINE), dtype=np.float32) / np.float32(255)

    def _placed(self, points: Array) -> Array:
        flat = (points - self.middle) @ self.axes[:2].T * (self.scale, -self.scale)
        return (flat + self.view.centre) * FINE

    def _polygon(self, points: Array, rise: float) -> None:
        corners: list[float] = points.ravel().tolist()
        self._pen.polygon(corners, fill=rise)
        self._marker.polygon(corners, fill=255)
