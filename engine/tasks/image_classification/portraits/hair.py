"""Hair: what is behind the head, and what lies on it."""

from __future__ import annotations

import numpy as np

from engine.tasks.image_classification.portraits.easel import Easel, shaded
from engine.tasks.image_classification.portraits.features import outline
from engine.tasks.image_classification.portraits.identity import Person
from engine.tasks.image_classification.portraits.pose import Array, Pose, ring, rounded

COVERS_EARS = ("long", "bob", "curls")
"""Hair that hides the ears."""


def draw_hair_behind(easel: Easel, person: Person, pose: Pose) -> None:
    """What the head hides in part: long hair, curls, a bun."""
    wide, dark = person["width"], shaded(person.hair_colour, 0.75)
    if person.hair in ("long", "bob"):
        end = 1.45 if person.hair == "long" else 0.72
        side = [(0.55, -1.0), (1.08, -0.6), (1.16, 0.1), (1.2, end * 0.75), (1.05, end)]
        right = np.array([(x * wide, y) for x, y in side])
        shape = np.concatenate([right, right[::-1] * (-1, 1)])
        easel.area(rounded(_behind(shape, pose)), dark)
    elif person.hair == "curls":
        turns = np.linspace(-0.15 * np.pi, 1.15 * np.pi, 15)
        for turn in turns:
            centre = (wide * 1.02 * np.cos(turn), -0.35 - 0.68 * np.sin(turn))
            easel.area(_behind(ring(centre, (0.25, 0.25)), pose), dark)
    elif person.hair == "bun":
        easel.area(_behind(ring((0.0, -1.18), (0.3, 0.24)), pose), dark)


def draw_hair(easel: Easel, person: Person, pose: Pose) -> None:
    """What lies on the head, down to the hairline."""
    if person.hair == "bald":
        return
    line, part, wide = person["hairline"], person.part, person["width"]
    # From the middle to the ear: x as a part of the head's half width, y.
    sides: dict[str, list[tuple[float, float]]] = {
        "crop": [(0.0, line - 0.03), (0.45, line), (0.74, line + 0.12), (0.84, -0.2), (0.9, 0.02)],
        "parted": [(0.45, line), (0.76, line + 0.16), (0.85, -0.15), (0.9, 0.05)],
        "fringe": [(0.0, -0.37), (0.4, -0.34), (0.75, -0.25), (0.88, -0.02), (0.92, 0.05)],
        "long": [(0.4, line + 0.08), (0.76, -0.3), (0.88, 0.2), (0.92, 0.5)],
        "bob": [(0.0, -0.4), (0.45, -0.36), (0.74, -0.22), (0.86, 0.2), (0.92, 0.45)],
        "curls": [(0.0, line + 0.05), (0.4, line + 0.02), (0.7, line + 0.14), (0.84, -0.15), (0.92, 0.1)],
        "bun": [(0.0, line - 0.06), (0.4, line - 0.02), (0.72, line + 0.14), (0.85, -0.2), (0.9, 0.0)],
    }
    right = np.array(sides[person.hair]) * (wide, 1)
    left = (right * (-1, 1))[::-1]
    middle = np.empty((0, 2))
    if person.hair in ("parted", "long"):  # one sweep from the parting to either side
        middle = np.array([(part * wide, line - 0.12)])
        left[:, 1] += 0.1 * max(0, part)
        right[:, 1] += 0.1 * max(0, -part)
    elif right[0, 0] == 0:
        left = left[:-1]
    front = rounded(pose.on_face(np.concatenate([left, middle, right]), wide), 1, closed=False)
    x, y, forward = outline(person, person["volume"])
    above = y < sides[person.hair][-1][1]
    right_edge = pose.outline(x[above], y[above], forward[above])
    left_edge = pose.outline(-x[above], y[above], forward[above])
    easel.area(np.concatenate([front, right_edge[::-1], left_edge]), person.hair_colour)
    _strands(easel, person, pose, front, left_edge, right_edge)
    if person.hair == "curls":
        for centre in front[::2]:
            easel.dots([(float(centre[0]), float(centre[1]))], 0.1 * pose.scale, person.hair_colour)


def _strands(easel: Easel, person: Person, pose: Pose, front: Array, left: Array, right: Array) -> None:
    """Lighter and darker lines from the hairline round the side of the head to the crown."""
    crown = pose.placed(np.array([person.part * 0.4]), np.array([-1.02]), np.array([0.0]))[0]
    for number, foot in enumerate(front[2:-2:2]):
        edge = left if foot[0] < front[:, 0].mean() else right
        # The edge of the head as far down as the foot of the strand is, a little above it.
        beside = edge[int(np.argmin(np.abs(edge[:, 1] - foot[1] + 0.25 * pose.scale)))]
        path = rounded(np.array([foot, 0.45 * foot + 0.55 * beside, crown]), 1, closed=False)
        easel.stroke(path, shaded(person.hair_colour, 1.28 if number % 2 else 0.74), 0.03 * pose.scale, 0.45)


def _behind(shape: Array, pose: Pose) -> Array:
    return pose.placed(shape[:, 0], shape[:, 1], np.full(len(shape), -0.25))
