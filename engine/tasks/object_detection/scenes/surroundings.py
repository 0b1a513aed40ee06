"""What stands round a pole: sky, ground, a road, houses, trees and fences. None of it has a label."""

from __future__ import annotations

import numpy as np

from engine.drawing.texture import gradient, soft_noise
from engine.tasks.object_detection.scenes.canvas import NOTHING, Canvas, Colour, Pixels, mixed, shaded
from engine.tasks.object_detection.scenes.weather import Kind, Weather

GRASS: tuple[Colour, ...] = ((104, 122, 66), (128, 130, 78), (150, 138, 92), (90, 110, 60))
LEAVES: tuple[Colour, ...] = ((58, 86, 44), (76, 98, 52), (94, 104, 50), (48, 72, 48))
WALLS: tuple[Colour, ...] = ((206, 196, 178), (168, 108, 88), (222, 220, 214), (150, 160, 168), (190, 174, 132))
ROOFS: tuple[Colour, ...] = ((110, 62, 52), (84, 82, 86), (124, 94, 76), (70, 74, 82))
BARK: Colour = (84, 70, 56)
SNOW: Colour = (226, 230, 236)


def backdrop(width: int, height: int, horizon: float, weather: Weather, rng: np.random.Generator) -> Pixels:
    """Sky and ground, parted at `horizon`."""
    wide, high, split = width, height, round(horizon)
    top, bottom = (np.array(colour, dtype=np.float32) for colour in (weather.sky_top, weather.sky_bottom))
    shift = rng.uniform(-10, 10, 3).astype(np.float32)
    sky = gradient(top + shift, bottom + shift, split, wide)
    clouds = soft_noise(rng, split, wide, (5, 7)) + 0.5 * soft_noise(rng, split, wide, (12, 18))
    sky += weather.clouds * clouds[:, :, None]
    near = np.array(SNOW if weather.snow else GRASS[rng.integers(len(GRASS))], dtype=np.float32)
    far = near + (bottom - near) * (0.25 + weather.haze * 0.6)
    ground = gradient(far, near * rng.uniform(0.82, 1.0), high - split, wide)
    patches = soft_noise(rng, high - split, wide, (7, 5)) * 10
    blades = soft_noise(rng, high - split, wide, ((high - split) // 2, wide // 4)) * (4 if weather.snow else 13)
    ground += (patches + blades)[:, :, None]
    return np.concatenate([sky, ground])


class Surroundings:
    """Draws what a land is made of on a canvas, seen against one horizon in one weather."""

    def __init__(self, canvas: Canvas, horizon: float, weather: Weather, rng: np.random.Generator) -> None:
        self._canvas, self._horizon, self._weather, self._rng = canvas, horizon, weather, rng
        self._width, self._height = canvas.size
        self._unit = self._width / 256

    def land(self, kind: Kind) -> None:
        """Everything behind the poles."""
        rng = self._rng
        self._ridge(tall={"field": 0.03, "woods": 0.16, "suburb": 0.07}[kind.land])
        if kind.land == "suburb" or rng.random() < 0.35:
            self._road()
        for depth in sorted(rng.uniform(0.1, 0.5, {"field": 1, "woods": 1, "suburb": 4}[kind.land])):
            if kind.land == "suburb" or rng.random() < 0.5:
                self._house(depth)
        for depth in sorted(
            rng.uniform(0.1, 0.6, int(rng.integers(*{"field": (0, 3), "woods": (5, 9), "suburb": (1, 4)}[kind.land])))
        ):
            self.tree(float(rng.uniform(0, self._width)), depth)
        if rng.random() < 0.4:
            self._fence()

    def airy(self, colour: Colour, depth: float) -> Colour:
        """The colour as it looks through the air; depth 0 is the horizon, 1 the camera."""
        return mixed(colour, self._weather.sky_bottom, self._weather.haze * (1 - depth))

    def base(self, depth: float) -> float:
        """Where on the image something of that depth stands."""
        return self._horizon + (self._height - self._horizon) * depth

    def tree(self, x: float, depth: float, crown: float = 1.0) -> None:
        """A trunk, which looks a little like a pole, under a crown."""
        rng, foot = self._rng, self.base(depth)
        size = self._unit * (14 + 62 * depth) * rng.uniform(0.8, 1.25) * crown
        trunk = size * 0.06
        self._canvas.polygon(
            [(x - trunk, foot), (x + trunk, foot), (x + trunk * 0.6, foot - size), (x - trunk * 0.6, foot - size)],
            self.airy(shaded(BARK, rng.uniform(0.8, 1.2)), depth),
        )
        self.leaves(x, foot - size * 1.15, size * 0.55, depth)

    def leaves(self, x: float, y: float, radius: float, depth: float, count: int = 26) -> None:
        """A clump of leaves round a point: it hides what is behind it."""
        rng = self._rng
        colour = LEAVES[rng.integers(len(LEAVES))]
        if self._weather.snow:
            colour = mixed(colour, SNOW, 0.35)
        angles, reaches = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count)) * radius
        sizes, lights = rng.uniform(0.22, 0.42, count) * radius, rng.uniform(0.75, 1.25, count)
        for angle, reach, size, light in zip(angles, reaches, sizes, lights, strict=True):
            dy = float(np.sin(angle) * reach)
            tone = shaded(colour, light * (1.12 - 0.25 * dy / radius))
            self._canvas.ellipse(
                (x + float(np.cos(angle) * reach), y + dy), (size, size * 0.8), self.airy(tone, depth), NOTHING
            )

    def _ridge(self, tall: float) -> None:
        """Distant trees or hills along the horizon."""
        rng = self._rng
        xs = np.linspace(0, self._width, 24)
        tops = self._horizon - self._height * tall * rng.uniform(0.3, 1.0, 24)
        colour = self.airy(shaded(LEAVES[rng.integers(len(LEAVES))], 0.95), 0.0)
        colour = mixed(colour, self._weather.sky_bottom, 0.2)
        points = [(float(x), float(y)) for x, y in zip(xs, tops, strict=True)]
        self._canvas.polygon([(0, self._horizon + 1), *points, (self._width, self._horizon + 1)], colour)

    def _road(self) -> None:
        rng = self._rng
        far, near = rng.uniform(0.2, 0.8) * self._width, rng.uniform(-0.2, 1.2) * self._width
        wide = self._width * rng.uniform(0.15, 0.4)
        colour = mixed((98, 98, 100), SNOW, 0.5 if self._weather.snow else 0.0)
        self._canvas.polygon(
            [
                (far - 2, self._horizon),
                (far + 2, self._horizon),
                (near + wide, self._height),
                (near - wide, self._height),
            ],
            shaded(colour, rng.uniform(0.85, 1.15)),
        )
        for start in (0.15, 0.35, 0.62):
            left, right = (far + (near - far) * share for share in (start, start + 0.12))
            self._canvas.line([(left, self.base(start)), (right, self.base(start + 0.12))], (206, 202, 190), 0.8)

    def _house(self, depth: float) -> None:
        rng, foot = self._rng, self.base(depth)
        size = self._unit * (16 + 70 * depth) * rng.uniform(0.8, 1.2)
        left, wide, wall = rng.uniform(-0.1, 0.95) * self._width, size * rng.uniform(1.2, 2.0), size * 0.7
        colour = WALLS[rng.integers(len(WALLS))]
        roof = SNOW if self._weather.snow else ROOFS[rng.integers(len(ROOFS))]
        draw, tone = self._canvas.polygon, lambda colour: self.airy(colour, depth)
        draw(_rectangle(left, foot - wall, wide, wall), tone(colour))
        eave, ridge = size * 0.12, size * rng.uniform(0.35, 0.55)
        draw(
            [
                (left - eave, foot - wall),
                (left + wide + eave, foot - wall),
                (left + wide * 0.8, foot - wall - ridge),
                (left + wide * 0.2, foot - wall - ridge),
            ],
            tone(roof),
        )
        # A gutter is a thin level bar, as a crossarm is, and is none.
        self._canvas.line(
            [(left - eave, foot - wall), (left + wide + eave, foot - wall)], tone((226, 226, 222)), size * 0.035
        )
        if rng.random() < 0.6:
            draw(_rectangle(left + wide * 0.65, foot - wall - ridge * 1.35, size * 0.12, ridge), tone((120, 84, 72)))
        panes = max(2, round(wide / size * 2))
        for pane in range(panes):
            x = left + wide * (pane + 0.3) / panes
            draw(_rectangle(x, foot - wall * 0.75, wide / panes * 0.4, wall * 0.35), tone((66, 78, 92)))

    def _fence(self) -> None:
        rng, depth = self._rng, self._rng.uniform(0.15, 0.6)
        foot, tall = self.base(depth), self._unit * (3 + 16 * depth)
        colour = self.airy(shaded((150, 134, 112), rng.uniform(0.7, 1.2)), depth)
        start, end = sorted(rng.uniform(0, self._width, 2))
        for x in np.arange(start, end, tall * rng.uniform(0.9, 1.6)):
            self._canvas.line([(x, foot), (x, foot - tall)], colour, max(0.5, tall * 0.09), NOTHING)
        for share in (0.4, 0.85):
            self._canvas.line([(start, foot - tall * share), (end, foot - tall * share)], colour, 0.5, NOTHING)


def _rectangle(left: float, top: float, wide: float, high: float) -> list[tuple[float, float]]:
    return [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
