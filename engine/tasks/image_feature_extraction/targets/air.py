"""Bodies of what flies: helicopter, plane, drone. Lengths in metres."""

from __future__ import annotations

import math

import numpy as np

from engine.tasks.image_feature_extraction.targets.bodies import Body, Vertices

RIM = np.array([(math.cos(turn), math.sin(turn)) for turn in np.linspace(0, math.tau, 9)[:-1]])


def helicopter(rng: np.random.Generator, phase: float) -> Body:
    """Cabin, tail boom and rotors; hot engine, exhaust and hub."""
    body = Body()
    long, half, high = rng.uniform(3.6, 5.6), rng.uniform(0.75, 1.1), rng.uniform(1.5, 2.1)
    paint, boom = rng.uniform(0.5, 3.5), rng.uniform(4.2, 6.5)
    slim = rng.choice([0.6, 1.0])
    half = half * slim
    body.limb(
        (-long * 0.25, 0, high * 0.5),
        (long * 0.2, 0, high * 0.45),
        (high * 0.42 * slim, high * 0.5 * slim),
        paint,
        1.0,
    )
    body.prism(
        [
            (-long * 0.4, 0.3),
            (long * 0.25, 0.0),
            (long * 0.55, high * 0.3),
            (long * 0.3, high * 0.85),
            (-long * 0.45, high),
        ],
        half,
        paint,
        1.0,
        top=0.8,
    )
    rear = -long * 0.4 - boom
    body.limb((-long * 0.35, 0, high * 0.75), (rear, 0, high * 0.85), (0.38, 0.16), paint - 0.5)
    fin = high * 0.85 + rng.uniform(0.8, 1.5)
    body.prism(
        [(rear + 0.7, high * 0.85), (rear - 0.1, high * 0.85), (rear - 0.6, fin), (rear - 0.1, fin)], 0.08, paint
    )
    body.box((rear + 0.9, rear + 1.5), rng.uniform(0.6, 1.1), (high * 0.82, high * 0.88), paint)
    body.box((-long * 0.3, long * 0.1), half * 0.5, (high * 0.95, high + 0.5), paint, 9.0)
    body.ball((0, 0, high + 0.65), 0.3, 1.0, 8.0)
    reach, blades = long * rng.uniform(0.95, 1.15), int(rng.integers(2, 6))
    for blade in range(blades):
        turn = math.tau * (blade / blades + phase * 3.7)
        tip = (reach * math.cos(turn), reach * math.sin(turn), high + 0.75)
        body.limb((0, 0, high + 0.75), tip, (0.14, 0.1), 1.5, 0.5)
    for turn in (math.tau * phase * 5.3, math.tau * (phase * 5.3 + 0.5)):
        body.limb(
            (rear - 0.3, 0.2, fin - 0.3),
            (rear - 0.3 + 0.8 * math.cos(turn), 0.2, fin - 0.3 + 0.8 * math.sin(turn)),
            0.07,
            1.5,
        )
    if rng.random() < 0.6:
        for side in (-1, 1):  # skids
            body.limb((-long * 0.3, side * half, -0.45), (long * 0.35, side * half, -0.45), 0.08, 0.0)
            for x in (-long * 0.2, long * 0.2):
                body.limb((x, side * half * 0.5, 0.2), (x, side * half, -0.45), 0.06, 0.0)
    body.glow((-long * 0.15, 0, high + 0.25), 0.7, rng.uniform(14, 22))
    body.glow((-long * 0.55, 0, high + 0.3), 0.7, rng.uniform(5, 10), in_air=True)
    return body


def plane(rng: np.random.Generator, phase: float) -> Body:
    """Jet, airliner or propeller plane; hot nozzles or engines."""
    body, kind = Body(), int(rng.integers(3))
    long = rng.uniform(11, 14)
    radius = long * (rng.uniform(0.045, 0.06), rng.uniform(0.05, 0.06), rng.uniform(0.05, 0.065))[kind]
    skin, front = rng.uniform(0.5, 3.5), long / 2
    body.limb((-front * 0.85, 0, 0.1), (front * 0.55, 0, 0), (radius * 0.75, radius), skin, 1.0)
    body.limb((front * 0.55, 0, 0), (front, 0, -radius * 0.3), (radius, radius * 0.25), skin)
    span = long * (rng.uniform(0.32, 0.4), rng.uniform(0.45, 0.55), rng.uniform(0.5, 0.62))[kind]
    sweep = (rng.uniform(0.55, 0.9), rng.uniform(0.35, 0.55), rng.uniform(0.0, 0.06))[kind] * span
    chord, root = long * (rng.uniform(0.3, 0.4), 0.16, 0.14)[kind], front * rng.uniform(0.05, 0.35)
    level = radius * (0.0, -0.5, rng.choice([-0.6, 0.8]))[kind]
    engines, exhaust = (0.35, 0.62)[: int(rng.integers(1, 3))], rng.uniform(14, 24)
    for side in (-1, 1):
        wing = [
            (root, 0.0),
            (root - sweep, side * span),
            (root - sweep - chord * 0.3, side * span),
            (root - chord, 0.0),
        ]
        body.plate(wing, level, 0.12, skin - 1.0)
        stern, small = -front * 0.72, span * 0.38
        tail = [
            (stern, 0.0),
            (stern - sweep * 0.35, side * small),
            (stern - sweep * 0.35 - chord * 0.2, side * small),
            (stern - chord * 0.5, 0.0),
        ]
        body.plate(tail, radius * 0.4, 0.1, skin - 1.0)
        if kind == 1:
            for share in engines:
                x, y = root - sweep * share + 0.6, side * span * share
                body.limb((x, y, level - 0.5), (x - 1.6, y, level - 0.5), radius * 0.5, 1.0, 8.0)
                body.glow((x - 2.0, y, level - 0.5), 0.7, exhaust)
    height = radius + long * rng.uniform(0.12, 0.17)
    body.prism(
        [
            (-front * 0.6, radius * 0.5),
            (-front * 0.95, radius * 0.5),
            (-front * 1.02, height),
            (-front * 0.85, height),
        ],
        0.09,
        skin,
    )
    if kind == 0:
        body.glow((-front * 0.9, 0, 0.1), radius * 1.3, rng.uniform(20, 34))
        body.glow((-front * 1.25, 0, 0.1), radius * 1.6, rng.uniform(10, 18), in_air=True)
    elif kind == 2:
        body.glow((front * 0.8, 0, 0), radius * 1.2, rng.uniform(10, 18))
        turn = math.tau * phase * 4.1
        y, z = radius * 2.2 * math.cos(turn), radius * 2.2 * math.sin(turn)
        body.limb((front * 1.02, -y, -z), (front * 1.02, y, z), 0.1, 1.0)
    return body


def drone(rng: np.random.Generator, phase: float) -> Body:
    """A hub with four to eight arms, motors and propellers; warm motors and battery."""
    body, arms = Body(), int(rng.choice([4, 4, 6, 8]))
    reach, hub, paint = rng.uniform(0.3, 0.45), rng.uniform(0.09, 0.14), rng.uniform(0.5, 3.0)
    body.plate(_ring(hub, rng.uniform(1.0, 1.6)), -0.03, rng.uniform(0.08, 0.13), paint, 4.0)
    motor, blade = rng.uniform(0.03, 0.042), reach * rng.uniform(0.42, 0.55)
    lift = rng.uniform(0.0, 0.06)
    for arm in range(arms):
        turn = math.tau * (arm + 0.5) / arms
        x, y = reach * math.cos(turn), reach * math.sin(turn)
        body.limb((0, 0, 0.02), (x, y, 0.02 + lift), (0.026, 0.02), paint - 0.5)
        body.limb((x, y, lift), (x, y, 0.06 + lift), motor, 2.0, rng.uniform(8, 12))
        spin = math.tau * (phase * 6.7 + 0.31 * arm)
        tip = (blade * math.cos(spin), blade * math.sin(spin))
        body.limb((x - tip[0], y - tip[1], 0.09 + lift), (x + tip[0], y + tip[1], 0.09 + lift), 0.012, 1.0, 0.5)
    if rng.random() < 0.6:  # legs
        for side in (-1, 1):
            body.limb((0, side * hub * 0.8, -0.02), (0, side * reach * 0.55, -0.2), 0.014, 0.0)
            body.limb((-0.14, side * reach * 0.55, -0.2), (0.14, side * reach * 0.55, -0.2), 0.014, 0.0)
    body.ball((hub * 0.6, 0, -0.08), 0.05, paint, 3.0)
    body.glow((0, 0, 0.05), hub, rng.uniform(7, 13))
    return body


def _ring(radius: float, stretch: float) -> list[tuple[float, float]]:
    rim: Vertices = RIM * (radius * stretch, radius)
    return [(float(x), float(y)) for x, y in rim]
