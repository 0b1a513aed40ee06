"""One picture of a person: drawn, lit, and taken by a camera."""

from __future__ import annotations

import math

import numpy as np

from engine.drawing.texture import Field, blurred, soft_noise
from engine.tasks.image_classification.portraits.coverings import CLOTH, draw_covering
from engine.tasks.image_classification.portraits.easel import Easel, shaded
from engine.tasks.image_classification.portraits.features import (
    MOODS,
    draw_beard,
    draw_brows,
    draw_ears,
    draw_eyes,
    draw_lines,
    draw_marks,
    draw_mouth,
    draw_nose,
    head_shape,
)
from engine.tasks.image_classification.portraits.hair import COVERS_EARS, draw_hair, draw_hair_behind
from engine.tasks.image_classification.portraits.identity import Person
from engine.tasks.image_classification.portraits.pose import Pose, ring, rounded
from engine.tasks.image_classification.portraits.relief import light_on
from engine.tasks.image_classification.recipe import Camera, Conditions, Recipe

CHANGES: dict[str, tuple[str, ...]] = {
    "light": ("frontal", "left", "right", "dim"),
    "angle": ("front", "left", "right"),
    "expression": ("neutral", "smile", "surprise", "frown"),
    "occlusion": ("none", "glasses", "mask", "cap"),
}
"""The plain case of each condition, then the others."""
SIDE = {"front": 0.0, "left": -1.0, "right": 1.0}
YAW = (0.28, 0.55)
"""Radians by which a head is turned to a side."""


def draw_conditions(wishes: Conditions, rng: np.random.Generator) -> dict[str, str]:
    """How one picture is taken: each condition is the plain case, or one of the others."""
    chosen = {}
    for name, (plain, *others) in CHANGES.items():
        changed, which = rng.random() < getattr(wishes, name), int(rng.integers(len(others)))
        chosen[name] = others[which] if changed else plain
    return chosen


def draw_picture(recipe: Recipe, person: Person, conditions: dict[str, str], rng: np.random.Generator) -> Field:
    """The picture from 0 to 1: height x width x 3, or height x width where it is grey."""
    width, height = recipe.size
    pose = _pose(conditions["angle"], width, height, rng)
    mood, wide = MOODS[conditions["expression"]], person["width"]
    easel = Easel(_background(width, height, rng))
    draw_hair_behind(easel, person, pose)
    _draw_body(easel, person, pose, rng)
    if person.hair not in COVERS_EARS:
        draw_ears(easel, person, pose, near=False)
    easel.area(head_shape(person, pose), person.skin)
    for side in (-1, 1):  # blood in the cheeks
        cheek = pose.on_face(ring((side * 0.4, person["eye_level"] + 0.34), (0.17, 0.13)), wide)
        easel.area(cheek, (206, 84, 72), 0.1)
    draw_lines(easel, person, pose, mood)
    draw_beard(easel, person, pose)
    draw_eyes(easel, person, pose, mood, float(rng.uniform(-0.6, 0.6)))
    draw_brows(easel, person, pose, mood)
    draw_nose(easel, person, pose)
    draw_mouth(easel, person, pose, mood)
    draw_marks(easel, person, pose)
    draw_hair(easel, person, pose)
    if person.hair not in COVERS_EARS:
        draw_ears(easel, person, pose, near=True)
    # From a source of its own, so that a covering changes nothing but what it covers.
    draw_covering(easel, person, pose, conditions["occlusion"], np.random.default_rng(rng.integers(2**63)))
    light = conditions["light"]
    wobble = (float(rng.normal(0, 0.1)), float(rng.normal(0, 0.1)))
    head = easel.inside(head_shape(person, pose, 0.0 if person.hair == "bald" else person["volume"]))
    lit = easel.pixels() * light_on(person, pose, light, wobble, head)[:, :, None] / np.float32(255)
    return _taken(lit, recipe.camera, light, recipe.grey, rng)


def _pose(angle: str, width: int, height: int, rng: np.random.Generator) -> Pose:
    turned = SIDE[angle] * float(rng.uniform(*YAW))
    scale = min(width, height) * float(rng.uniform(0.335, 0.375))
    return Pose(
        yaw=turned + float(rng.normal(0, 0.05)),
        pitch=float(rng.normal(0, 0.07)),
        roll=float(rng.normal(0, 0.06)),
        scale=scale,
        # A turned face is forward of the head's axis: the axis goes the other way, as if the face were tracked.
        centre=(
            width * (0.5 + float(rng.normal(0, 0.012))) - 0.35 * scale * math.sin(turned),
            height * (0.515 + float(rng.normal(0, 0.012))),
        ),
    )


def _background(width: int, height: int, rng: np.random.Generator) -> Field:
    base = rng.uniform(60, 215) + rng.uniform(-24, 24, 3)
    other = base + rng.uniform(-45, 45) + rng.uniform(-10, 10, 3)
    share = soft_noise(rng, height, width, (3, 3))[:, :, None] * 0.5 + 0.5
    return (base + (other - base) * share).astype(np.float32)


def _draw_body(easel: Easel, person: Person, pose: Pose, rng: np.random.Generator) -> None:
    """Neck and shoulders; clothes change from picture to picture."""
    wide, colour = person["width"] * 0.62, shaded(CLOTH[int(rng.integers(len(CLOTH)))], float(rng.uniform(0.6, 1.05)))
    still = Pose(pose.yaw * 0.3, 0.0, pose.roll * 0.3, pose.scale, pose.centre)
    neck = np.array([(-wide, 0.4), (wide, 0.4), (wide * 1.05, 1.35), (-wide * 1.05, 1.35)])
    easel.area(still.placed(neck[:, 0], neck[:, 1], np.full(4, -0.15)), shaded(person.skin, 0.72))
    trunk = np.array([(-0.62, 1.18), (0, 1.42), (0.62, 1.18), (1.35, 1.38), (1.6, 2.2), (-1.6, 2.2), (-1.35, 1.38)])
    easel.area(rounded(still.placed(trunk[:, 0], trunk[:, 1], np.full(7, -0.1)), 1), colour)


def _taken(lit: Field, camera: Camera, light: str, grey: bool, rng: np.random.Generator) -> Field:
    """Exposure, white balance, blur and noise."""
    height, width = lit.shape[:2]
    taken = lit * np.float32(rng.uniform(0.9, 1.1)) * (1 + rng.normal(0, 0.025, 3)).astype(np.float32)
    taken = blurred(taken, float(rng.uniform(0.0, 1.0)) * camera.blur * width / 64)
    strength = np.float32(camera.noise * (1.6 if light == "dim" else 1))
    if grey:
        luma = taken @ np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
        return np.clip(luma + rng.standard_normal((height, width), dtype=np.float32) * strength, 0, 1)
    return np.clip(taken + rng.standard_normal(taken.shape, dtype=np.float32) * strength, 0, 1)
