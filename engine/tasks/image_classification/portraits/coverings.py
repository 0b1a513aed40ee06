"""What people wear over a face: glasses, a mask or scarf, a cap. None of it belongs to who they are."""

from __future__ import annotations

import numpy as np

from engine.tasks.image_classification.portraits.easel import Easel, shaded
from engine.tasks.image_classification.portraits.features import outline
from engine.tasks.image_classification.portraits.identity import Colour, Person
from engine.tasks.image_classification.portraits.pose import Pose, ring, rounded

FRAMES: tuple[Colour, ...] = ((22, 20, 20), (84, 46, 28), (150, 150, 156), (120, 30, 34))
CLOTH: tuple[Colour, ...] = (
    (226, 230, 232),
    (122, 164, 194),
    (34, 36, 42),
    (150, 44, 50),
    (64, 96, 70),
    (196, 168, 90),
)


def draw_covering(easel: Easel, person: Person, pose: Pose, occlusion: str, rng: np.random.Generator) -> None:
    """`occlusion`: none, glasses, mask or cap."""
    if occlusion == "glasses":
        _glasses(easel, person, pose, rng)
    elif occlusion == "mask":
        _mask(easel, person, pose, rng)
    elif occlusion == "cap":
        _cap(easel, person, pose, rng)


def _glasses(easel: Easel, person: Person, pose: Pose, rng: np.random.Generator) -> None:
    colour, thick = FRAMES[int(rng.integers(len(FRAMES)))], float(rng.uniform(0.025, 0.055)) * pose.scale
    wide, level = person["width"], person["eye_level"] + 0.02
    reach, high = person["eye_gap"] * float(rng.uniform(0.7, 0.85)), float(rng.uniform(0.14, 0.22))
    tint = 0.75 if rng.random() < 0.3 else 0.1
    for side in (-1, 1):
        rim = pose.on_face(ring((side * person["eye_gap"], level), (reach, high)), wide, 0.1)
        easel.area(rim, (26, 28, 34), tint)
        easel.stroke(np.concatenate([rim, rim[:2]]), colour, thick)
        temple = pose.placed(
            np.array([side * (person["eye_gap"] + reach), side * wide * 1.0]),
            np.array([level, level]),
            np.array([0.62, 0.0]),
        )
        easel.stroke(temple, colour, thick)
    bridge = pose.on_face([(-person["eye_gap"] + reach, level), (person["eye_gap"] - reach, level)], wide, 0.14)
    easel.stroke(bridge, colour, thick)


def _mask(easel: Easel, person: Person, pose: Pose, rng: np.random.Generator) -> None:
    colour, wide, low = CLOTH[int(rng.integers(len(CLOTH)))], person["width"], person["long"]
    top = person["eye_level"] + person["nose_long"] * float(rng.uniform(0.55, 0.85))
    x, y, forward = outline(person, 0.03)
    below = y > top + 0.12
    right, left = (pose.outline(sign * x[below], y[below], forward[below]) for sign in (1, -1))
    edge = pose.on_face(
        [(-0.6 * wide, top + 0.08), (-0.2, top), (0, top - 0.06), (0.2, top), (0.6 * wide, top + 0.08)], wide, 0.06
    )
    easel.area(np.concatenate([right, left[::-1], edge]), colour)
    if rng.random() < 0.5:  # a mask with loops and pleats
        for side in (-1, 1):
            loop = pose.placed(
                np.array([side * 0.55 * wide, side * wide]), np.array([top + 0.12, top - 0.1]), np.array([0.45, 0.0])
            )
            easel.stroke(loop, shaded(colour, 0.9), 0.025 * pose.scale)
        for share in (0.35, 0.55, 0.75):
            level = top + (low - top) * share
            easel.stroke(
                pose.on_face([(-0.42, level), (0, level + 0.02), (0.42, level)], wide, 0.06),
                shaded(colour, 0.8),
                0.02 * pose.scale,
            )
    else:  # a scarf that goes on below the chin
        fold = np.array([(-0.95 * wide, 0.7), (0.95 * wide, 0.7), (1.1 * wide, 1.3), (-1.1 * wide, 1.3)])
        easel.area(rounded(pose.placed(fold[:, 0], fold[:, 1], np.full(4, 0.15))), colour)
        for level in (0.85, 1.05):
            line = np.array([(-0.8 * wide, level), (0.1, level + 0.08), (0.8 * wide, level - 0.03)])
            easel.stroke(
                pose.placed(line[:, 0], line[:, 1], np.full(3, 0.15)), shaded(colour, 0.7), 0.04 * pose.scale
            )


def _cap(easel: Easel, person: Person, pose: Pose, rng: np.random.Generator) -> None:
    colour, wide = CLOTH[int(rng.integers(len(CLOTH)))], person["width"]
    line = float(rng.uniform(-0.56, -0.46))
    x, y, forward = outline(person, 0.09)
    above = y < line
    right, left = (pose.outline(sign * x[above], y[above], forward[above]) for sign in (1, -1))
    front = pose.on_face(
        [(-0.7 * wide, line + 0.1), (-0.3, line + 0.02), (0.3, line + 0.02), (0.7 * wide, line + 0.1)], wide, 0.08
    )
    easel.area(np.concatenate([front, right[::-1], left]), colour)
    if rng.random() < 0.6:  # a peak
        peak = [
            (-0.55 * wide, line + 0.04),
            (0.55 * wide, line + 0.04),
            (0.45 * wide, line + 0.17),
            (-0.45 * wide, line + 0.17),
        ]
        easel.area(rounded(pose.on_face(peak, wide, 0.3)), shaded(colour, 0.7))
    else:  # knitted
        easel.stroke(front, shaded(colour, 0.75), 0.09 * pose.scale)
