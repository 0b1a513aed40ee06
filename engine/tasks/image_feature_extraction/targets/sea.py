"""Bodies of what floats: boat and ship. Lengths in metres."""

from __future__ import annotations

import numpy as np

from engine.tasks.image_feature_extraction.targets.bodies import Body


def boat(rng: np.random.Generator, phase: float) -> Body:
    """Open boat, motor cruiser or sailing yacht; a hot outboard or exhaust, warm people."""
    body, kind = Body(), int(rng.integers(3))
    long = rng.uniform(4.5, 9.0)
    half, high, front = long * rng.uniform(0.15, 0.19), long * rng.uniform(0.09, 0.13), long / 2
    hull = rng.uniform(0.5, 3.5)
    _hull(body, long, half, high, hull)
    if kind != 2:
        wide, top = rng.uniform(0.5, 0.8), high + rng.uniform(0.8, 1.4) * (0.6 if kind == 0 else 1.0)
        at = rng.uniform(-0.15, 0.15) * long
        if kind == 1:
            body.prism(
                [(at - long * 0.2, high), (at + long * 0.22, high), (at + long * 0.1, top), (at - long * 0.17, top)],
                half * wide,
                hull - 2.0,
                top=0.85,
            )
        else:
            body.prism([(at, high), (at + 0.7, high), (at + 0.4, top), (at, top)], half * 0.5, hull)
        motor = rng.uniform(12, 20)
        body.box((-front - 0.45, -front), 0.25, (0.1, high + 0.4), 1.0, motor)
        body.glow((-front - 0.2, 0, high), 0.4, motor)
    else:
        mast = long * rng.uniform(1.0, 1.3)
        body.limb((long * 0.08, 0, high), (long * 0.08, 0, mast), 0.09, 1.0)
        if rng.random() < 0.7:  # sails up
            body.prism(
                [(long * 0.05, high + 0.8), (long * 0.05, mast * 0.95), (-front * 0.8, high + 0.8)], 0.05, -1.0
            )
            body.prism([(long * 0.11, mast * 0.85), (front * 0.9, high + 0.2), (long * 0.12, high + 0.4)], 0.05, -1.0)
        body.prism(
            [(-long * 0.2, high), (long * 0.2, high), (long * 0.12, high + 0.5), (-long * 0.18, high + 0.5)],
            half * 0.55,
            hull,
        )
        body.glow((-front, 0, high * 0.4), 0.35, rng.uniform(6, 12), (-1, 0, 0))
    for _ in range(int(rng.integers(0, 4))):
        x, y = rng.uniform(-0.35, 0.1) * long, rng.uniform(-0.5, 0.5) * half
        body.limb((x, y, high), (x, y, high + 0.55), 0.2, 4.0)
        body.ball((x, y, high + 0.85), 0.14, 7.5)
    return body


def ship(rng: np.random.Generator, phase: float) -> Body:
    """Freighter, tanker, ferry or patrol ship; a hot funnel, a warm engine room."""
    body, kind = Body(), int(rng.integers(4))
    long = rng.uniform(60, 110)
    half, high = long * rng.uniform(0.065, 0.085), long * rng.uniform(0.06, 0.09)
    hull, white = rng.uniform(0.0, 2.5), rng.uniform(0.5, 3.5)
    _hull(body, long, half, high, hull)
    bridge = (-0.36, -0.37, -0.05, 0.05)[kind] * long
    deep, tall = (0.06, 0.055, 0.3, 0.13)[kind] * long, (0.13, 0.11, 0.1, 0.1)[kind] * long * rng.uniform(0.85, 1.15)
    body.box((bridge - deep, bridge + deep), half * 0.85, (high, high + tall * 0.65), white, 1.0)
    body.box((bridge - deep * 0.4, bridge + deep * 0.8), half * 0.7, (high + tall * 0.65, high + tall), white - 1.5)
    funnel = bridge - deep * (0.4 if kind >= 2 else 1.15)
    top = high + tall * rng.uniform(1.1, 1.35)
    body.box((funnel - long * 0.022, funnel + long * 0.022), half * 0.28, (high, top), 1.0, rng.uniform(9, 14))
    body.glow((funnel, 0, top), long * 0.03, rng.uniform(16, 26))
    body.glow((funnel - long * 0.03, 0, top + long * 0.03), long * 0.035, rng.uniform(4, 9), in_air=True)
    if kind == 0:  # containers or hatches
        for x in np.linspace(-0.22, 0.36, int(rng.integers(4, 7))) * long:
            up = high + long * rng.uniform(0.01, 0.06)
            body.box(
                (float(x) - long * 0.045, float(x) + long * 0.045),
                half * 0.8,
                (high, up),
                hull + rng.uniform(-1.5, 1.5),
            )
    elif kind == 1:
        body.limb((-0.2 * long, 0, high * 1.12), (0.38 * long, 0, high * 1.12), long * 0.008, hull - 1)
    elif kind == 3:  # a gun and a mast
        body.box((0.27 * long, 0.33 * long), half * 0.4, (high, high + long * 0.025), hull)
        body.limb((0.33 * long, 0, high + 0.018 * long), (0.4 * long, 0, high + 0.03 * long), long * 0.005, hull)
    mast = bridge + deep * 0.2
    body.limb((mast, 0, high + tall), (mast, 0, high + tall * rng.uniform(1.35, 1.7)), long * 0.006, 0.5)
    body.glow((-long * 0.3, 0, high * 0.35), long * 0.07, rng.uniform(2, 5))
    return body


def _hull(body: Body, long: float, half: float, high: float, rise: float) -> None:
    """A deck that narrows to the bow, in two convex parts."""
    front = long / 2
    body.prism([(-front, 0.0), (front * 0.4, 0.0), (front * 0.4, high), (-front, high)], half, rise, 1.0)
    deck = [
        (front * 0.4, -half),
        (front * 0.75, -half * 0.6),
        (front * 1.02, 0.0),
        (front * 0.75, half * 0.6),
        (front * 0.4, half),
    ]
    body.plate(deck, 0.0, high * 1.12, rise, 0.5)
