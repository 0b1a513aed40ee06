"""Bodies of what drives on land: car, truck, tank. Lengths in metres."""

from __future__ import annotations

import numpy as np

from engine.tasks.image_feature_extraction.targets.bodies import Body


def car(rng: np.random.Generator, phase: float) -> Body:
    """Saloon, hatchback, estate, off-roader or pick-up; warm bonnet, wheels and exhaust."""
    body, kind = Body(), int(rng.integers(5))
    long, half = rng.uniform(3.7, 4.9), rng.uniform(0.82, 0.95)
    sill, waist, roof = rng.uniform(0.28, 0.4), rng.uniform(0.85, 1.0), rng.uniform(1.38, 1.55)
    if kind >= 3:  # stands higher
        sill, waist, roof = sill + 0.15, waist + 0.2, roof + rng.uniform(0.2, 0.4)
    paint, glass, front = rng.uniform(-1.0, 3.0), rng.uniform(-4.0, -1.0), long / 2
    nose = rng.uniform(0.1, 0.3)
    body.prism(
        [(-front, sill), (front, sill), (front, waist - nose), (front * 0.45, waist), (-front, waist)],
        half,
        paint,
        1.0,
    )
    screen = front * rng.uniform(0.3, 0.42)
    tail = (-0.55, -0.85, -0.98, -0.92, -0.15)[kind] * front * rng.uniform(0.93, 1.02)
    slope = (0.55, 0.3, 0.12, 0.1, 0.1)[kind]
    body.prism([(tail, waist), (screen, waist), (screen - 0.6, roof), (tail + slope, roof)], half, glass, top=0.82)
    body.prism(
        [(tail + slope, roof), (screen - 0.6, roof), (screen - 0.65, roof + 0.07), (tail + slope, roof + 0.07)],
        half * 0.82,
        paint,
    )
    radius, axle = rng.uniform(0.29, 0.36) + 0.06 * (kind >= 3), front * rng.uniform(0.58, 0.68)
    body.wheels([axle, -axle], half * 0.94, radius, 0.5, rng.uniform(5, 9))
    body.glow((front * 0.72, 0, waist), 0.6, rng.uniform(9, 15), (0.4, 0, 0.92))
    body.glow((front, 0, waist * 0.6), 0.4, rng.uniform(7, 13), (1, 0, 0))
    body.glow((-front, half * rng.choice([-0.6, 0.6]), sill), 0.16, rng.uniform(12, 22), (-1, 0, 0))
    _under(body, long, half, rng)
    return body


def truck(rng: np.random.Generator, phase: float) -> Body:
    """Cab and box, flat bed or tank, from van to lorry; warm cab front, exhaust, wheels."""
    body, kind = Body(), int(rng.integers(4))
    long = (rng.uniform(5.0, 6.2), rng.uniform(6.5, 9.0), rng.uniform(6.5, 9.0), rng.uniform(7.0, 9.5))[kind]
    half, bed, paint = rng.uniform(1.0, 1.25), rng.uniform(0.7, 1.0), rng.uniform(-1.0, 2.5)
    front, cab_top = long / 2, rng.uniform(2.1, 2.9)
    cab = front - rng.uniform(1.7, 2.2)
    lean = 0.9 if kind == 0 else rng.uniform(0.05, 0.3)
    glass = bed + (cab_top - bed) * 0.5
    body.prism([(cab, bed * 0.6), (front, bed * 0.6), (front, glass), (cab, glass)], half, paint, 1.5)
    body.prism([(cab, glass), (front, glass), (front - lean, cab_top), (cab, cab_top)], half, paint - 3.0, top=0.9)
    load = paint + rng.uniform(-1.5, 2.0)
    if kind in (0, 1):  # a closed body
        body.box((-front, cab + 0.05), half, (bed, cab_top + (0.0 if kind == 0 else rng.uniform(0.1, 0.7))), load)
    elif kind == 2:  # a flat bed with something on it
        body.box((-front, cab), half, (bed, bed + 0.45), load)
        body.box(
            (-front * rng.uniform(0.4, 0.9), cab * 0.6),
            half * 0.8,
            (bed + 0.4, bed + rng.uniform(0.7, 1.5)),
            load - 1,
        )
    else:  # a tank
        middle, radius = bed + 0.85, 0.85
        body.limb((-front + radius, 0, middle), (cab - radius * 0.8, 0, middle), radius, load)
    body.box((-front, front - 0.3), half * 0.6, (bed * 0.6, bed), -1.0, 2.0)
    axles = [front - 1.0, -front + 1.0] + ([-front + 2.2] if long > 7 else [])
    body.wheels(axles, half * 0.95, rng.uniform(0.42, 0.52), 0.5, rng.uniform(5, 9))
    body.glow((front, 0, bed + 0.3), 0.7, rng.uniform(9, 15), (1, 0, 0))
    if rng.random() < 0.5:  # an upright exhaust behind the cab
        y = half * rng.choice([-0.8, 0.8])
        body.limb((cab, y, bed), (cab, y, cab_top + 0.3), 0.1, 1.0, rng.uniform(16, 26))
    else:
        body.glow((cab - 0.4, half * rng.choice([-1, 1]), bed * 0.7), 0.35, rng.uniform(10, 18))
    _under(body, long, half, rng)
    return body


def tank(rng: np.random.Generator, phase: float) -> Body:
    """Hull on tracks with turret and gun; hot rear deck, exhaust, warm tracks."""
    body = Body()
    long, half, high = rng.uniform(6.2, 7.6), rng.uniform(1.5, 1.8), rng.uniform(1.15, 1.5)
    front, paint, wide = long / 2, rng.uniform(-1.0, 2.5), rng.uniform(0.28, 0.36)
    for y in (-half + wide, half - wide):
        body.prism(
            [
                (-front, 0.55),
                (-front + 0.5, 0.05),
                (front - 0.6, 0.05),
                (front, 0.6),
                (front - 0.3, 0.95),
                (-front + 0.2, 0.95),
            ],
            wide,
            0.5,
            rng.uniform(7, 11),
            y=y,
        )
        for x in np.linspace(-front + 0.8, front - 0.9, int(rng.integers(5, 8))):
            body.glow((float(x), 1.02 * np.sign(y) * half, 0.42), 0.24, rng.uniform(5, 8), (0, float(np.sign(y)), 0))
    body.prism(
        [
            (-front + 0.1, 0.6),
            (front - 0.9, 0.45),
            (front - 0.1, 0.8),
            (front - rng.uniform(1.0, 1.8), high),
            (-front + 0.15, high),
        ],
        half * 0.86,
        paint,
        1.5,
    )
    at, size = rng.uniform(-0.6, 0.4), rng.uniform(1.0, 1.45)
    roof, muzzle = high + rng.uniform(0.55, 0.85), rng.uniform(3.6, 5.6)
    turn = rng.normal(0, 0.35)
    gun = (at + muzzle * np.cos(turn), muzzle * np.sin(turn), (high + roof) / 2 + 0.15)
    body.prism(
        [(at - size, high), (at + size * 1.1, high), (at + size * 0.6, roof), (at - size * 0.9, roof)],
        size,
        paint,
        top=0.75,
    )
    body.limb(
        (at + size * 0.8 * np.cos(turn), size * 0.8 * np.sin(turn), (high + roof) / 2), gun, (0.16, 0.1), 0.5, 3.0
    )
    body.ball((at - 0.3, 0.4, roof + 0.1), 0.25, paint)
    body.glow((-front * 0.72, 0, high), 0.9, rng.uniform(13, 20), (-0.3, 0, 0.95))
    body.glow((-front, half * rng.choice([-0.5, 0, 0.5]), high * 0.8), 0.4, rng.uniform(16, 26), (-1, 0, 0))
    return body


def _under(body: Body, long: float, half: float, rng: np.random.Generator) -> None:
    """Gear and exhaust warm what is seen below the body."""
    body.box((-long * 0.4, long * 0.42), half * 0.5, (0.2, 0.35), 0.0, rng.uniform(3, 7))
