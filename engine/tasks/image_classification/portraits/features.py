"""Eyes, brows, nose, mouth, ears, and what time and chance wrote into a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.tasks.image_classification.portraits.easel import Easel, blended, shaded
from engine.tasks.image_classification.portraits.identity import Colour, Person
from engine.tasks.image_classification.portraits.pose import Array, Pose, ring, rounded

INK: Colour = (20, 14, 12)


@dataclass(frozen=True)
class Mood:
    """An expression as movements of the face."""

    corners: float = 0.0
    """How far the corners of the mouth go up."""
    wider: float = 1.0
    open: float = 0.0
    """How far the mouth is open."""
    eyes: float = 1.0
    """How wide the eyes are open."""
    brows: float = 0.0
    """How far the brows go up."""
    knit: float = 0.0
    """How far the inner ends of the brows go down."""


MOODS: dict[str, Mood] = {
    "neutral": Mood(),
    "smile": Mood(corners=0.075, wider=1.2, open=0.05, eyes=0.8),
    "surprise": Mood(wider=0.8, open=0.16, eyes=1.3, brows=0.07),
    "frown": Mood(corners=-0.055, wider=0.92, eyes=0.8, brows=-0.02, knit=0.055),
}


def outline(person: Person, grown: float = 0.0) -> tuple[Array, Array, Array]:
    """Half widths, heights and forwardness of the head's edge from top to chin; `grown` outwards."""
    wide, jaw, chin = person["width"], person["jaw"], person["chin"]
    low = person["long"]
    rows = np.array(
        [
            (0.0, -1.0, 0.0),
            (0.42 * wide, -0.95, 0.0),
            (0.76 * wide, -0.78, 0.0),
            (0.95 * wide, -0.48, 0.0),
            (wide, -0.1, 0.0),
            (wide * person["cheeks"], 0.2, 0.05),
            (wide * (0.45 + 0.55 * jaw), 0.5 * low, 0.14),
            (wide * (0.12 + 0.68 * jaw), 0.74 * low, 0.24),
            (chin * 0.92, 0.93 * low, 0.34),
            (chin * 0.5, 1.0 * low, 0.38),
            (0.0, 1.015 * low, 0.38),
        ]
    )
    smooth = rounded(rows, 1, closed=False)
    return smooth[:, 0] + grown * (smooth[:, 0] > 0), smooth[:, 1] * (1 + grown), smooth[:, 2]


def head_shape(person: Person, pose: Pose, grown: float = 0.0) -> Array:
    """The polygon of the head."""
    x, y, forward = outline(person, grown)
    right, left = pose.outline(x, y, forward), pose.outline(-x, y, forward)
    return np.concatenate([right, left[::-1]])


def draw_ears(easel: Easel, person: Person, pose: Pose, near: bool) -> None:
    """Those behind the head's edge, or the one (`near`) that a turned head shows before it."""
    wide, size, level = person["width"], person["ear"], person["eye_level"] + 0.14
    for side in (-1, 1):
        if (side * pose.yaw < -0.15) != near:
            continue
        tone = 0.97 if near else 0.93
        for share, shade in ((1.0, tone), (0.6, tone - 0.17)):
            x = side * (wide * (0.98 if share == 1 else 1.0) + person["ear_out"])
            flat = ring((x, level), (size * 0.55 * share, size * 1.1 * share), side * 0.18)
            # An ear is flat on the side of the head: turned towards the camera it becomes wider.
            depth = -0.08 - 0.9 * (flat[:, 0] - x) * side
            easel.area(pose.placed(flat[:, 0], flat[:, 1], depth), shaded(person.skin, shade))


def draw_eyes(easel: Easel, person: Person, pose: Pose, mood: Mood, gaze: float) -> None:
    wide, unit = person["width"], pose.scale
    for side in (-1, 1):
        x, y = side * person["eye_gap"], person["eye_level"]
        reach, high = person["eye_wide"], person["eye_high"] * mood.eyes
        tilt = person["eye_tilt"] * side * -1
        turns = np.linspace(-1, 1, 9)
        upper = np.stack([x + reach * turns, y - high * (1 - turns**2) + tilt * reach * turns], axis=1)
        lower = np.stack([x + reach * turns, y + 0.75 * high * (1 - turns**2) + tilt * reach * turns], axis=1)
        socket = pose.on_face(ring((x, y), (reach * 1.35, high * 2.1)), wide)
        easel.area(socket, shaded(person.skin, 0.84), 0.35)
        almond = pose.on_face(np.concatenate([upper, lower[::-1]]), wide)
        easel.area(almond, (236, 232, 226))
        centre = (x + gaze * reach * 0.35, y - 0.05 * high)
        size = min(reach * 0.52, high * 1.05)
        easel.area(pose.on_face(ring(centre, (size, min(size, high * 0.9))), wide), person.iris)
        easel.area(pose.on_face(ring(centre, (size * 0.5, min(size * 0.5, high * 0.6))), wide), INK)
        lid = pose.on_face(upper, wide)
        easel.stroke(lid, blended(INK, person.skin, 0.15), 0.028 * unit)
        easel.stroke(pose.on_face(lower, wide), shaded(person.skin, 0.6), 0.012 * unit, 0.7)
        crease = upper - (0.0, 0.02 + 0.035 * person["lid"])
        easel.stroke(pose.on_face(crease, wide), shaded(person.skin, 0.62), 0.014 * unit, 0.75)


def draw_brows(easel: Easel, person: Person, pose: Pose, mood: Mood) -> None:
    colour = blended(shaded(person.hair_colour, 0.7), person.skin, 0.12)
    for side in (-1, 1):
        along = np.linspace(-1, 1, 6)
        x = person["eye_gap"] * 1.03 + along * person["eye_wide"] * 1.3
        inner = mood.knit * (1 - along) / 2
        y = person["eye_level"] - person["brow_lift"] - mood.brows + inner
        y = y - person["brow_arch"] * (1 - along**2) - person["brow_tilt"] * 0.1 * along
        thick = person["brow_thick"] * (0.75 + 0.25 * (1 - along))
        edge = np.concatenate([np.stack([side * x, y - thick / 2], 1), np.stack([side * x, y + thick / 2], 1)[::-1]])
        easel.area(pose.on_face(edge, person["width"]), colour, 0.92)


def draw_nose(easel: Easel, person: Person, pose: Pose) -> None:
    wide, unit = person["width"], pose.scale
    top, tip, half = person["eye_level"] + 0.02, person["eye_level"] + person["nose_long"], person["nose_wide"]
    lift = 0.1 * person["nose_high"]
    dark = shaded(person.skin, 0.66)
    turned = 1.0 if pose.yaw >= 0 else -1.0
    if abs(pose.yaw) > 0.12:  # the ridge hides the far side
        ridge = [(turned * 0.03, top), (turned * 0.05, (top + tip) / 2), (turned * half * 0.5, tip - 0.03)]
        easel.stroke(pose.on_face(ridge, wide, lift * 0.8), dark, 0.022 * unit, 0.5)
    wings = [
        (-half, tip - 0.02),
        (-half * 0.75, tip + 0.05),
        (0, tip + 0.075),
        (half * 0.75, tip + 0.05),
        (half, tip - 0.02),
    ]
    easel.stroke(rounded(pose.on_face(wings, wide, lift * 0.6), 1, closed=False), dark, 0.024 * unit, 0.8)
    for side in (-1, 1):
        nostril = ring((side * half * 0.45, tip + 0.035), (half * 0.26, 0.022))
        easel.area(pose.on_face(nostril, wide, lift * 0.6), shaded(person.skin, 0.34), 0.9)
    light = ring((0, tip - 0.04), (half * 0.3, 0.04))
    easel.area(pose.on_face(light, wide, lift), shaded(person.skin, 1.15), 0.5)


def mouth_level(person: Person) -> float:
    """Where the lips meet."""
    return person["eye_level"] + person["nose_long"] + person["mouth_gap"]


def draw_mouth(easel: Easel, person: Person, pose: Pose, mood: Mood) -> None:
    wide, level = person["width"], mouth_level(person)
    along = np.linspace(-1, 1, 11)
    x, bend = along * person["mouth_wide"] * mood.wider, 1 - along**2
    corner = level - mood.corners * along**2
    lips = blended(shaded(person.skin, 0.8), (186, 72, 78), 0.25 + 0.5 * person["lip_red"])
    upper_edge = corner - person["upper_lip"] * bend * (1 - 0.25 * np.exp(-((along / 0.18) ** 2)))
    lower_edge = corner + (person["lower_lip"] + mood.open) * bend

    def band(first: Array, second: Array) -> Array:
        return pose.on_face(np.concatenate([np.stack([x, first], 1), np.stack([x, second], 1)[::-1]]), wide, 0.03)

    easel.area(band(upper_edge, lower_edge), lips)
    if mood.open:
        inside = corner + mood.open * bend
        easel.area(band(corner, inside), (64, 26, 28))
        easel.area(band(corner, corner + min(mood.open, 0.05) * bend), (232, 226, 216), 0.92)
    easel.stroke(pose.on_face(np.stack([x, corner], 1), wide, 0.03), shaded(lips, 0.5), 0.018 * pose.scale, 0.9)
    shadow = ring((0, level + person["lower_lip"] + mood.open + 0.05), (person["mouth_wide"] * 0.5, 0.025))
    easel.area(pose.on_face(shadow, wide), shaded(person.skin, 0.7), 0.4)


def draw_lines(easel: Easel, person: Person, pose: Pose, mood: Mood) -> None:
    """Lines of age; a smile deepens those beside the nose."""
    wide, dark, depth = person["width"], shaded(person.skin, 0.55), person.lines
    tip, level, thin = person["eye_level"] + person["nose_long"], mouth_level(person), 0.02 * pose.scale
    beside = min(1.0, depth + 0.5 * (mood.corners > 0))
    for side in (-1, 1):
        half = person["nose_wide"]
        fold = [
            (side * half * 1.15, tip),
            (side * (half + 0.12), (tip + level) / 2),
            (side * person["mouth_wide"] * 1.15, level + 0.03),
        ]
        easel.stroke(rounded(pose.on_face(fold, wide), 1, closed=False), dark, thin, 0.75 * beside)
        eye = side * person["eye_gap"]
        bag = [
            (eye - 0.13, person["eye_level"] + 0.11),
            (eye, person["eye_level"] + 0.16),
            (eye + 0.13, person["eye_level"] + 0.11),
        ]
        easel.stroke(rounded(pose.on_face(bag, wide), 1, closed=False), dark, thin, 0.65 * depth)
        for rise in (-0.06, 0.0, 0.06):
            foot = [
                (eye + side * 0.22, person["eye_level"] + rise * 0.5),
                (eye + side * 0.31, person["eye_level"] + rise * 1.6),
            ]
            easel.stroke(pose.on_face(foot, wide), dark, thin * 0.7, 0.6 * depth)
    for step in range(3):
        y = person["eye_level"] - person["brow_lift"] - 0.12 - 0.085 * step
        if y > person["hairline"] + 0.03:
            line = [(-0.3, y + 0.015), (-0.1, y), (0.12, y + 0.01), (0.3, y - 0.005)]
            easel.stroke(pose.on_face(line, wide), dark, thin * 0.8, 0.6 * min(1.0, depth + 4 * max(0, mood.brows)))


def draw_marks(easel: Easel, person: Person, pose: Pose) -> None:
    wide, unit = person["width"], pose.scale
    if person.freckles:
        spots = np.random.default_rng(person.freckle_seed).normal((0, 0.08), (0.3, 0.12), (person.freckles, 2))
        easel.dots(_pairs(pose.on_face(spots, wide)), 0.012 * unit, blended(person.skin, (140, 70, 40), 0.6), 0.7)
    for mark in person.marks:
        x, y = mark.at
        if mark.kind == "mole":
            easel.dots(
                _pairs(pose.on_face([mark.at], wide)), 0.034 * unit * mark.size, blended(INK, person.skin, 0.25)
            )
        elif mark.kind == "scar":
            reach = 0.14 * mark.size
            ends = [(x - reach * mark.lean * 0.5, y - reach), (x, y), (x + reach * mark.lean * 0.5, y + reach)]
            easel.stroke(
                pose.on_face(ends, wide), blended(shaded(person.skin, 1.25), (230, 150, 140), 0.3), 0.03 * unit, 0.9
            )
        else:
            blot = ring(mark.at, (0.1 * mark.size, 0.075 * mark.size), mark.lean)
            easel.area(pose.on_face(blot, wide), blended(person.skin, (130, 48, 52), 0.55), 0.65)


def draw_beard(easel: Easel, person: Person, pose: Pose) -> None:
    if person.beard == "none":
        return
    wide, level, low = person["width"], mouth_level(person), person["long"]
    colour, half = shaded(person.hair_colour, 0.85), person["mouth_wide"]
    if person.beard in ("moustache", "goatee", "full"):
        lip = [
            (-half * 1.15, level + 0.03),
            (-half * 0.6, level - 0.085),
            (0, level - 0.1),
            (half * 0.6, level - 0.085),
            (half * 1.15, level + 0.03),
            (0, level - 0.025),
        ]
        easel.area(rounded(pose.on_face(lip, wide, 0.02)), colour, 0.9)
    if person.beard == "goatee":
        tuft = [
            (-half * 0.6, level + 0.15),
            (half * 0.6, level + 0.15),
            (half * 0.55, 0.97 * low),
            (-half * 0.55, 0.97 * low),
        ]
        easel.area(rounded(pose.on_face(tuft, wide, 0.02)), colour, 0.9)
    if person.beard in ("stubble", "full"):
        x, y, forward = outline(person)
        below = y > level - 0.12
        right = pose.outline(x[below] * 0.99, y[below], forward[below])
        left = pose.outline(-x[below] * 0.99, y[below], forward[below])
        inner = pose.on_face(
            [
                (-half * 1.3, level + 0.0),
                (-half * 0.7, level + 0.13),
                (half * 0.7, level + 0.13),
                (half * 1.3, level),
            ],
            wide,
        )
        shape = np.concatenate([right, left[::-1], inner])
        easel.area(shape, colour, 0.9 if person.beard == "full" else 0.32)


def _pairs(points: Array) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]
