"""What is seen of a line that runs underground: a pad-mounted cabinet, or the cover of a manhole."""

from __future__ import annotations

import numpy as np

from engine.tasks.object_detection.scenes.canvas import Canvas, Colour, mixed, shaded
from engine.tasks.object_detection.scenes.surroundings import SNOW, Surroundings
from engine.tasks.object_detection.scenes.weather import WEATHERS, Kind

PAINT: tuple[Colour, ...] = ((74, 100, 76), (92, 116, 88), (148, 150, 142), (112, 120, 112))


def draw_underground(canvas: Canvas, around: Surroundings, kind: Kind, rng: np.random.Generator) -> None:
    """One thing with the label `underground` on the ground."""
    depth = float(rng.uniform(0.35, 0.85))
    x = canvas.size[0] * float(rng.uniform(0.08, 0.92))
    if rng.random() < 0.65:
        _cabinet(canvas, around, x, depth, rng)
    else:
        _manhole(canvas, around, x, depth, kind, rng)
    if rng.random() < 0.25:
        size = canvas.size[0] / 256 * (3 + 5 * depth)
        around.leaves(x + rng.choice([-1, 1]) * size * 1.6, around.base(depth), size, depth, count=14)


def _cabinet(canvas: Canvas, around: Surroundings, x: float, depth: float, rng: np.random.Generator) -> None:
    unit = canvas.size[0] / 256
    wide, high = unit * (8 + 16 * depth) * rng.uniform(0.85, 1.3), unit * (7 + 15 * depth) * rng.uniform(0.85, 1.2)
    slant, foot = wide * rng.uniform(0.15, 0.4) * rng.choice([-1, 1]), around.base(depth)
    colour = around.airy(shaded(PAINT[rng.integers(len(PAINT))], rng.uniform(0.85, 1.2)), depth)
    left, right = x - wide / 2, x + wide / 2
    edge = right if slant > 0 else left
    back = abs(slant) * 0.35
    pad = unit * (1 + 1.5 * depth)
    canvas.polygon(
        [(left - pad, foot + pad), (right + pad, foot + pad), (right + pad, foot - pad), (left - pad, foot - pad)],
        around.airy((176, 174, 168), depth),
    )
    owner = canvas.begin("underground")
    canvas.polygon([(left, foot), (right, foot), (right, foot - high), (left, foot - high)], colour, owner)
    side = [(edge, foot), (edge + slant, foot - back), (edge + slant, foot - high - back), (edge, foot - high)]
    canvas.polygon(side, shaded(colour, 0.7), owner)
    lid = [
        (left, foot - high),
        (right, foot - high),
        (right + slant, foot - high - back),
        (left + slant, foot - high - back),
    ]
    canvas.polygon(lid, shaded(colour, 1.22), owner)
    canvas.finish(owner)
    dark = shaded(colour, 0.6)
    canvas.line([(x, foot - 1), (x, foot - high + 1)], dark, 0.6)
    for share in (0.2, 0.3, 0.4):
        canvas.line([(left + wide * 0.12, foot - high * share), (x - wide * 0.1, foot - high * share)], dark, 0.5)
    if rng.random() < 0.6:
        sign, size = (x + wide * 0.25, foot - high * 0.65), min(wide, high) * 0.13
        canvas.polygon(
            [(sign[0] - size, sign[1] + size), (sign[0] + size, sign[1] + size), (sign[0], sign[1] - size)],
            (236, 200, 40),
            None,
        )


def _manhole(
    canvas: Canvas, around: Surroundings, x: float, depth: float, kind: Kind, rng: np.random.Generator
) -> None:
    unit, y = canvas.size[0] / 256, around.base(depth)
    wide = unit * (7 + 12 * depth) * rng.uniform(0.9, 1.2)
    high = wide * rng.uniform(0.3, 0.42)
    rim = mixed((150, 148, 142), SNOW, 0.5 if WEATHERS[kind.weather].snow else 0.0)
    canvas.ellipse((x, y), (wide * 1.35, high * 1.35), rim)
    colour = shaded((74, 72, 70), rng.uniform(0.7, 1.2))
    owner = canvas.begin("underground")
    canvas.ellipse((x, y), (wide, high), colour, owner)
    canvas.finish(owner)
    canvas.ellipse((x, y), (wide * 0.78, high * 0.78), shaded(colour, 1.35), None)
    for share in np.linspace(-0.6, 0.6, 5):
        reach = wide * 0.78 * float(np.sqrt(1 - share**2))
        canvas.line(
            [(x - reach, y + share * high * 0.78), (x + reach, y + share * high * 0.78)], shaded(colour, 0.8), 0.5
        )
