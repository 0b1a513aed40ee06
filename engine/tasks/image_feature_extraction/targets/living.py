"""Bodies of people and animals: warm heads and legs, clothes and fur that hold heat back."""

from __future__ import annotations

import math

import numpy as np

from engine.tasks.image_feature_extraction.targets.bodies import Body


def person(rng: np.random.Generator, phase: float) -> Body:
    """Upright or crouching, walking; the head is the warmest, a coat hides the trunk."""
    body, build = Body(), rng.uniform(0.85, 1.25)
    high, coat, skin = rng.uniform(1.55, 1.95), rng.uniform(1.0, 4.5), rng.uniform(7, 9)
    crouch = rng.choice([0.0, 0.0, 0.0, 0.45])
    hip, shoulder = high * (0.5 - 0.2 * crouch), high * (0.81 - 0.28 * crouch)
    lean = 0.08 + 0.4 * crouch
    stride = 0.24 * high * math.sin(math.tau * phase)
    for side, swing in ((-1, stride), (1, -stride)):
        y = side * 0.09 * build
        knee = (swing * 0.55 + 0.06 + 0.3 * crouch, y, high * (0.28 - 0.05 * crouch))
        body.limb((0, y, hip), knee, (0.085 * build, 0.065 * build), coat, 2.0)
        body.limb(knee, (swing, y, 0.06), (0.06 * build, 0.045), coat - 0.5, 2.0)
        hand = (lean + swing * -0.8 + 0.05, side * 0.24 * build, hip + 0.02)
        elbow = (lean * 0.6 - swing * 0.3, side * 0.23 * build, (hip + shoulder) / 2)
        body.limb((lean, side * 0.17 * build, shoulder), elbow, (0.06 * build, 0.05), coat, 1.5)
        body.limb(elbow, hand, (0.05, 0.04), coat, 2.5)
        body.ball(hand, 0.05, skin - 2, 3.0)
    body.limb((0, 0, hip), (lean, 0, shoulder - 0.06), (0.15 * build, 0.19 * build), coat, 2.0)
    head = (lean * 1.25, 0, shoulder + high * 0.115)
    body.limb((lean, 0, shoulder), head, 0.06, skin, 3.0)
    body.ball(head, high * 0.068, skin, 4.0)
    if rng.random() < 0.45:  # a cap or a hood
        body.limb((head[0], 0, head[2] + 0.05), (head[0], 0, head[2] + 0.1), 0.085, coat, 0.5)
    if rng.random() < 0.45:  # a rucksack
        body.limb((-0.17, 0, hip + 0.12), (lean - 0.2, 0, shoulder - 0.05), 0.13, rng.uniform(-0.5, 1.5))
    return body


def animal(rng: np.random.Generator, phase: float) -> Body:
    """Four legs, trunk, neck and head: from dog to deer and cow."""
    body, kind = Body(), int(rng.integers(3))
    long = (rng.uniform(0.7, 0.95), rng.uniform(1.0, 1.3), rng.uniform(1.6, 2.0))[kind]
    leg = (rng.uniform(0.3, 0.42), rng.uniform(0.6, 0.8), rng.uniform(0.6, 0.75))[kind]
    girth = (rng.uniform(0.13, 0.17), rng.uniform(0.17, 0.21), rng.uniform(0.32, 0.4))[kind]
    fur, skin, back = rng.uniform(2.0, 5.0), rng.uniform(6, 9), leg + girth
    neck = rng.uniform((0.3, 0.8, 0.1)[kind], (0.7, 1.2, 0.5)[kind])
    reach = (0.2, 0.35, 0.45)[kind]
    body.limb((-long / 2, 0, back), (long / 2, 0, back + girth * 0.15), (girth * 0.95, girth * 1.05), fur, 2.0)
    for end, start in ((long / 2, 0.0), (-long / 2, 0.5)):
        for side in (-1, 1):
            swing = leg * 0.35 * math.sin(math.tau * (phase + start + (0.5 if side > 0 else 0.0)))
            y, knee = side * girth * 0.6, (end + swing * 0.4, side * girth * 0.6, leg * 0.5)
            body.limb((end, y, back - girth * 0.4), knee, (girth * 0.45, girth * 0.26), fur + 1, 2.0)
            body.limb(knee, (end + swing, y, 0.03), (girth * 0.25, girth * 0.17), fur + 0.5, 1.5)
    nape = (long / 2 + reach * math.cos(neck), 0, back + girth * 0.3 + reach * math.sin(neck))
    body.limb((long / 2, 0, back + girth * 0.3), nape, (girth * 0.75, girth * 0.5), fur, 2.5)
    muzzle = (nape[0] + girth * rng.uniform(1.0, 1.5), 0, nape[2] - girth * rng.uniform(0.2, 0.6))
    body.limb(nape, muzzle, (girth * 0.55, girth * 0.3), skin, 3.0)
    for side in (-1, 1):
        ear = (nape[0] - girth * 0.2, side * girth * rng.uniform(0.4, 0.9), nape[2] + girth * rng.uniform(0.5, 1.1))
        body.limb((nape[0], side * girth * 0.35, nape[2]), ear, (girth * 0.2, girth * 0.12), skin, 3.0)
    droop = rng.uniform(-0.6, 0.6)
    tail = (0.4, 0.12, 0.35)[kind]
    body.limb(
        (-long / 2 - girth * 0.7, 0, back),
        (-long / 2 - tail, 0, back + tail * droop),
        (girth * 0.22, girth * 0.12),
        fur,
        1.0,
    )
    return body
