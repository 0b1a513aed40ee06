"""Scenes of utility poles: lines of poles in perspective, few with a crossarm, and what lies underground."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from engine.tasks.object_detection.recipe import Recipe
from engine.tasks.object_detection.scenes.canvas import Canvas, Colour, Drawn, Point, mixed, shaded
from engine.tasks.object_detection.scenes.surroundings import Surroundings, backdrop
from engine.tasks.object_detection.scenes.underground import draw_underground
from engine.tasks.object_detection.scenes.weather import WEATHERS, Kind, weathered

WOOD: tuple[Colour, ...] = ((116, 92, 68), (134, 112, 88), (94, 76, 60), (142, 130, 114))
STEEL: tuple[Colour, ...] = ((150, 156, 162), (126, 132, 138))
ARM_LENGTH, ARM_THICKNESS = (24.0, 50.0), (3.0, 5.0)
"""In pixels at 256 of width: what utility crossarms measure in photographs taken from the street."""
NEAR = 0.6
"""Poles of at least this part of the nearest one's size bear crossarms: farther ones are too small to tell."""
LEAST_VISIBLE, LEAST_PIXELS = 0.35, 24


@dataclass(frozen=True)
class Pole:
    """Where a pole stands and leans."""

    foot: Point
    top: Point
    width: float
    scale: float

    def at(self, share: float) -> Point:
        """A point of the axis, 0 at the foot and 1 at the top."""
        return tuple(a + (b - a) * share for a, b in zip(self.foot, self.top, strict=True))  # type: ignore[return-value]


def draw(recipe: Recipe, kind: Kind, rng: np.random.Generator) -> Drawn:
    """One scene with its objects."""
    width, height = recipe.size
    weather, wishes = WEATHERS[kind.weather], recipe.poles
    horizon = height * rng.uniform(0.55, 0.78)
    canvas = Canvas(backdrop(width, height, horizon, weather, rng))
    around = Surroundings(canvas, horizon, weather, rng)
    around.land(kind)
    if rng.random() < wishes.underground:
        draw_underground(canvas, around, kind, rng)
    poles = _line_of_poles(width, height, horizon, int(rng.integers(wishes.poles[0], wishes.poles[1] + 1)), rng)
    hangs: list[list[Point]] = []
    for pole in sorted(poles, key=lambda one: one.scale):
        hangs.append(_draw_pole(canvas, around, pole, wishes.steel, wishes.crossarm, wishes.hidden, rng))
    _wires(canvas, hangs, int(rng.integers(wishes.wires[0], wishes.wires[1] + 1)), rng)
    pixels = weathered(canvas.pixels(), weather, recipe.noise.sensor, recipe.noise.blur, rng)
    return Drawn(pixels.astype(np.uint8), canvas.objects(LEAST_VISIBLE, LEAST_PIXELS * (width / 256) ** 2))


def _line_of_poles(width: int, height: int, horizon: float, count: int, rng: np.random.Generator) -> list[Pole]:
    """Poles along a road: each smaller and nearer to the vanishing point than the one before."""
    unit, poles = width / 256, []
    vanishing = width * rng.uniform(0.1, 0.9)
    side = -1 if vanishing > width / 2 else 1
    if rng.random() < 0.25:
        side = -side
    first = width / 2 + side * width * rng.uniform(0.05, 0.42)
    depth, ratio = rng.uniform(0.35, 1.05), rng.uniform(0.48, 0.72)
    tall = height * rng.uniform(0.72, 0.98) * (0.75 + 0.25 * depth)
    for number in range(count):
        scale = ratio**number
        foot = (vanishing + (first - vanishing) * scale, horizon + (height - horizon) * depth * scale)
        lean = rng.normal(0, 0.022)
        size = tall * scale * rng.uniform(0.94, 1.06)
        top = (foot[0] + lean * size, foot[1] - size)
        poles.append(Pole(foot, top, max(1.6 * unit, unit * rng.uniform(5.0, 8.5) * scale), scale))
    return poles


def _draw_pole(
    canvas: Canvas,
    around: Surroundings,
    pole: Pole,
    steel: float,
    crossarm: float,
    hidden: float,
    rng: np.random.Generator,
) -> list[Point]:
    """Draws the pole and what it bears; returns the points where wires hang."""
    unit = canvas.size[0] / 256
    of_steel = bool(rng.random() < steel)
    colours = STEEL if of_steel else WOOD
    colour = around.airy(shaded(colours[rng.integers(len(colours))], rng.uniform(0.8, 1.15)), pole.scale)
    owner = canvas.begin("pole")
    _shaft(canvas, pole, colour, of_steel, owner, rng)
    canvas.finish(owner)
    hangs = [pole.at(0.995), pole.at(0.9)]
    arms: list[tuple[int, Point, float]] = []
    if pole.scale >= NEAR and rng.random() < crossarm:
        places = [0.93] if rng.random() < 0.75 else [0.95, 0.86]
        for place in places:
            arm, ends, length = _crossarm(canvas, around, pole, pole.at(place - rng.uniform(0, 0.03)), of_steel, rng)
            arms.append((arm, pole.at(place), length))
            hangs = [*ends, *hangs]
    elif pole.scale >= NEAR:
        _other_things(canvas, around, pole, rng)
    if rng.random() < hidden:
        foot = pole.foot[0] + rng.uniform(-6, 6) * unit, pole.foot[1] - rng.uniform(0, 14) * unit * pole.scale
        around.leaves(*foot, rng.uniform(8, 20) * unit * pole.scale, pole.scale, count=16)
    for _, centre, length in arms:
        if rng.random() < hidden:
            at = (
                centre[0] + rng.choice([-1, 1]) * length * rng.uniform(0.4, 0.6),
                centre[1] + rng.uniform(-2, 3) * unit,
            )
            around.leaves(*at, length * rng.uniform(0.1, 0.2), pole.scale, count=10)
    return hangs


def _shaft(canvas: Canvas, pole: Pole, colour: Colour, of_steel: bool, owner: int, rng: np.random.Generator) -> None:
    low, high = pole.width / 2, pole.width * 0.32
    (x0, y0), (x1, y1) = pole.foot, pole.top
    canvas.polygon([(x0 - low, y0), (x0 + low, y0), (x1 + high, y1), (x1 - high, y1)], colour, owner)
    # Light falls from one side: a darker strip on the other makes the shaft round.
    for start, end, light in ((0.25, 1.0, 0.72), (-0.75, -0.3, 1.28 if of_steel else 1.14)):
        points = [(x0 + low * start, y0), (x0 + low * end, y0), (x1 + high * end, y1), (x1 + high * start, y1)]
        canvas.polygon(points, shaded(colour, light), None)
    if not of_steel and pole.width > 3:
        for _ in range(7):
            start, across = rng.uniform(0, 0.85), rng.uniform(-0.3, 0.3) * pole.width
            (a, b), (c, d) = pole.at(start), pole.at(start + rng.uniform(0.05, 0.15))
            canvas.line([(a + across, b), (c + across, d)], shaded(colour, rng.uniform(0.7, 0.9)), 0.5)


def _crossarm(
    canvas: Canvas, around: Surroundings, pole: Pole, centre: Point, of_steel: bool, rng: np.random.Generator
) -> tuple[int, list[Point], float]:
    """A thin bar across the pole with insulators on it; the box is that of the bar."""
    unit = canvas.size[0] / 256
    grown = min(1.0, max(0.0, (pole.scale - NEAR) / (1 - NEAR)))
    length = unit * (ARM_LENGTH[0] + (ARM_LENGTH[1] - ARM_LENGTH[0]) * (0.3 * grown + 0.7 * rng.random()))
    thick = unit * rng.uniform(*ARM_THICKNESS) * (0.85 + 0.15 * grown)
    thick = min(unit * ARM_THICKNESS[1], max(unit * ARM_THICKNESS[0], thick))
    tilt = rng.normal(0, 0.018)
    half, off = length / 2, length * rng.normal(0, 0.04)
    colours = STEEL if of_steel or rng.random() < 0.15 else WOOD
    colour = around.airy(shaded(colours[rng.integers(len(colours))], rng.uniform(0.7, 1.15)), pole.scale)

    def along(x: float, y: float) -> Point:
        return centre[0] + off + x, centre[1] + tilt * x + y

    for side in (-1, 1):  # braces from the arm down to the pole
        canvas.line(
            [along(side * half * 0.5, thick / 2), (centre[0], centre[1] + half * 0.42)], shaded(colour, 0.7), 0.7
        )
    owner = canvas.begin("crossarm")
    bar = [along(-half, -thick / 2), along(half, -thick / 2), along(half, thick / 2), along(-half, thick / 2)]
    canvas.polygon(bar, colour, owner)
    canvas.finish(owner)
    canvas.line([along(-half, thick * 0.33), along(half, thick * 0.33)], shaded(colour, 0.66), thick * 0.3)
    pot = mixed((214, 214, 210), (120, 66, 48), float(rng.random() < 0.4))
    places = [-0.92, -0.5, 0.5, 0.92] if rng.random() < 0.5 else [-0.92, 0.45, 0.92]
    ends = []
    for place in places:
        x, y = along(half * place, -thick / 2 - 1.4 * unit)
        canvas.ellipse((x, y), (1.0 * unit, 1.6 * unit), around.airy(pot, pole.scale), None)
        ends.append((x, y - 1.2 * unit))
    return owner, ends, length


def _other_things(canvas: Canvas, around: Surroundings, pole: Pole, rng: np.random.Generator) -> None:
    """What a pole bears beside or in place of a crossarm: it must not be taken for one."""
    unit, drawn = canvas.size[0] / 256, rng.random()
    side = -1 if rng.random() < 0.5 else 1
    x, y = pole.at(0.84)
    if drawn < 0.3:  # a transformer
        wide, high = 4.2 * unit * pole.scale, 13 * unit * pole.scale
        middle = x + side * (wide + pole.width * 0.5)
        colour = around.airy((140, 146, 150), pole.scale)
        canvas.polygon(
            [(middle - wide, y), (middle + wide, y), (middle + wide, y + high), (middle - wide, y + high)], colour
        )
        canvas.polygon(
            [(middle, y), (middle + wide, y), (middle + wide, y + high), (middle, y + high)], shaded(colour, 0.8)
        )
        canvas.ellipse((middle, y), (wide, wide * 0.35), shaded(colour, 1.15))
    elif drawn < 0.55:  # a lamp on an arm that rises to one side
        reach = 20 * unit * pole.scale
        colour = around.airy((120, 124, 128), pole.scale)
        tip = (x + side * reach, y - reach * 0.45)
        canvas.line([(x, y), (x + side * reach * 0.5, y - reach * 0.35), tip], colour, 1.0)
        canvas.ellipse((tip[0] + side * 2 * unit, tip[1] + 0.4), (3 * unit, 1.2 * unit), (214, 214, 204))
    elif drawn < 0.7:  # a sign
        x, y = pole.at(rng.uniform(0.35, 0.5))
        size = 4 * unit * pole.scale
        canvas.polygon(
            [(x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)],
            (226, 190, 60),
            None,
        )


def _wires(canvas: Canvas, hangs: list[list[Point]], count: int, rng: np.random.Generator) -> None:
    """Sagging lines from pole to pole, and out of the picture."""
    if not hangs:
        hangs = [[(canvas.size[0] * rng.random(), canvas.size[1] * rng.uniform(0.1, 0.4))]]
    width, height = canvas.size
    colour = shaded((46, 46, 50), rng.uniform(0.7, 1.6))
    for number in range(count):
        points = [hang[number % len(hang)] for hang in hangs]
        last = points[-1]
        beyond = -0.1 * width if last[0] < width / 2 else 1.1 * width
        points.append((beyond, last[1] - rng.uniform(-0.05, 0.2) * height))
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            steps = np.linspace(0, 1, 14)
            sag = abs(x1 - x0) * rng.uniform(0.03, 0.09)
            curve = [(x0 + (x1 - x0) * s, y0 + (y1 - y0) * s + sag * 4 * s * (1 - s)) for s in map(float, steps)]
            canvas.line(curve, colour, 0.5)
