"""A sequence: one target in one place, seen through one camera while angle and range change little by little."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.drawing.texture import Field
from engine.tasks.image_feature_extraction.recipe import Recipe
from engine.tasks.image_feature_extraction.targets.camera import Setting, exposed, set_up
from engine.tasks.image_feature_extraction.targets.catalog import KINDS, Kind
from engine.tasks.image_feature_extraction.targets.places import Land, draw_place
from engine.tasks.image_feature_extraction.targets.view import Seen, View, look

RANGES: dict[str, tuple[float, float]] = {"near": (0.74, 0.95), "mid": (0.52, 0.7), "far": (0.34, 0.48)}
"""The target's longest side as a part of the picture's shorter one."""
STATES: dict[str, tuple[float, float]] = {"cold": (0.02, 0.2), "warm": (0.4, 0.65), "hot": (0.85, 1.2)}
"""How much of its greatest heat an engine gives off."""
AROUND = 1.25
"""A place is drawn larger than a picture by this factor."""


@dataclass(frozen=True)
class Frame:
    """One picture of a sequence, from 0 to 1, and how it was taken."""

    pixels: Field
    conditions: dict[str, str]


def draw_sequence(
    recipe: Recipe, label: str, place: str, individual: int, frames: int, rng: np.random.Generator
) -> list[Frame]:
    """`individual` is the seed of the very target; all else comes from `rng`."""
    kind, (width, height) = KINDS[label], recipe.size
    state = str(rng.choice(list(STATES)))
    take = _Take(
        kind=kind,
        individual=individual,
        heat=float(rng.uniform(*STATES[state])),
        course=_course(kind, min(width, height), rng),
        camera=set_up(recipe.camera, width, height, rng),
        land=draw_place(place, round(width * AROUND), round(height * AROUND), rng),
        sun=(float(rng.normal(0, 1.2)), float(rng.normal(0, 1.2)), float(rng.uniform(-1.5, 3.0))),
        haze=float(rng.uniform(0.1, 1.0)) * recipe.camera.haze,
        warmth=_warmth(kind, rng),
        trace=float(rng.normal(0, 2.0)),
        screen=_Screen.drawn(rng) if kind.medium == "land" and rng.random() < recipe.hidden else None,
    )
    drawn = []
    for number in range(frames):
        degrees, share = take.frame(number, width, height, rng)
        conditions = {
            "range": _range_of(share),
            "state": state,
            "polarity": "black-hot" if take.camera.black_hot else "white-hot",
            "background": place,
        }
        drawn.append(Frame(exposed(degrees, recipe.camera, take.camera, rng), conditions))
    return drawn


@dataclass(frozen=True)
class _Course:
    """How the target moves during the sequence; values at the beginning, and how far they change."""

    azimuth: tuple[float, float]
    elevation: float
    extent: tuple[float, float]
    place: tuple[float, float]
    drift: tuple[float, float]
    phase: float


@dataclass(frozen=True)
class _Take:
    """What stays the same from frame to frame."""

    kind: Kind
    individual: int
    heat: float
    course: _Course
    camera: Setting
    land: Land
    sun: tuple[float, float, float]
    haze: float
    """Part of the contrast that the air would take of the farthest target."""
    warmth: float
    trace: float
    """Kelvin of the shade or warmth under the target, or of its wake."""
    screen: _Screen | None

    def frame(self, number: int, width: int, height: int, rng: np.random.Generator) -> tuple[Field, float]:
        """Temperatures of one frame, and the target's longest side as a part of the picture's shorter one."""
        course, wobble = self.course, rng.normal(0, 1, 5)
        # Swings to and fro: the target of a long sequence neither leaves the picture nor outgrows it.
        sway = math.sin(0.3 * number)
        extent = course.extent[0] * (1 + course.extent[1] * sway)
        x, y = (
            size * (at + drift * sway + 0.012 * float(shake))
            for size, at, drift, shake in zip((width, height), course.place, course.drift, wobble, strict=False)
        )
        in_air = self.kind.medium == "air"
        elevation = course.elevation + (0.03 if in_air else 0.01) * float(wobble[2])
        view = View(
            azimuth=course.azimuth[0] + course.azimuth[1] * number,
            elevation=elevation if in_air else max(0.02, elevation),
            extent=extent,
            centre=(x, y),
            heat=self.heat,
            sun=self.sun,
        )
        body = self.kind.build(np.random.default_rng(self.individual), (course.phase + number * 0.23) % 1.0)
        seen = look(body, view, width, height)
        degrees = _joined(self._behind(number, width, height, wobble[3:]), seen, self.kind, self.warmth, self.trace)
        if self.screen is not None:
            degrees = self.screen.before(degrees, seen)
        share = extent / min(width, height)
        # The air's own glow takes the place of the part of the radiance that it swallows.
        veil = np.float32(self.haze * max(0.0, 1 - share / 0.95))
        return degrees + (np.float32(degrees.mean()) - degrees) * veil, share

    def _behind(self, number: int, width: int, height: int, wobble: NDArray[np.float64]) -> Field:
        """The part of the place that the camera shows while it follows the target."""
        spare = np.array(self.land.degrees.shape) - (height, width)
        share = 0.5 + 0.1 * number * np.array([0.3, math.copysign(1.0, self.course.azimuth[1])]) + 0.03 * wobble
        # There and back again: a long sequence does not run out of the place.
        share = 1 - np.abs(1 - np.abs(share) % 2)
        top, left = (int(value) for value in np.rint(share * spare))
        return self.land.degrees[top : top + height, left : left + width]


def _course(kind: Kind, side: int, rng: np.random.Generator) -> _Course:
    turn = float(rng.uniform(0.05, 0.2) * rng.choice([-1, 1])) * kind.turn
    elevation = {"land": rng.uniform(0.04, 0.35), "sea": rng.uniform(0.03, 0.22), "air": rng.uniform(-0.4, 0.25)}
    first = float(rng.uniform(*RANGES[str(rng.choice(list(RANGES)))]))
    # What crosses the view is seen longer than what comes or goes: two in three are seen more or less from a side.
    side_on = float(rng.choice([0.0, math.pi]) + rng.normal(0, 0.45))
    azimuth = side_on if rng.random() < 2 / 3 else float(rng.uniform(0, math.tau))
    return _Course(
        azimuth=(azimuth, turn),
        elevation=float(elevation[kind.medium]),
        extent=(first * side, float(rng.uniform(-0.08, 0.08))),
        place=(float(rng.normal(0.5, 0.03)), float(rng.normal(0.52, 0.03))),
        drift=(float(rng.normal(0, 0.03)), float(rng.normal(0, 0.015))),
        phase=float(rng.random()),
    )


def _range_of(share: float) -> str:
    """The band of a target whose longest side is this part of the picture's."""
    return "near" if share > 0.72 else "mid" if share > 0.5 else "far"


def _warmth(kind: Kind, rng: np.random.Generator) -> float:
    """Kelvin between the whole body and its surroundings: what stood in the sun, or in a cold night."""
    if kind.living:
        return float(rng.uniform(1.5, 5.0))
    return float(rng.uniform(3.0, 7.0) if rng.random() < 0.85 else rng.uniform(-6.0, -3.0))


def _joined(behind: Field, seen: Seen, kind: Kind, warmth: float, trace: float) -> Field:
    """The target before its place, with what it does to the ground or the water."""
    height, width = behind.shape
    left, _, right, bottom = seen.box
    y, x = np.mgrid[:height, :width].astype(np.float32)
    centre, half = np.float32((left + right) / 2), np.float32(max(right - left, 2.0) / 2)
    if kind.medium == "land":  # shade or warmth under it
        down = (y - np.float32(bottom - 0.06 * half)) / (np.float32(0.16) * half + 1)
        behind = behind + np.float32(trace) * np.exp(-(((x - centre) / half) ** 2) * 1.2 - down**2)
    elif kind.medium == "sea":  # a wake, and a mirror image that fades
        down = (y - np.float32(bottom)) / (np.float32(0.3) * half + 1)
        behind = behind + np.float32(0.6 * trace) * np.exp(-(((x - centre) / (1.3 * half)) ** 2)) * np.exp(-down) * (
            down > 0
        )
    return (behind * (1 - seen.cover) + seen.rises + np.float32(warmth) * seen.cover + seen.plume).astype(np.float32)


@dataclass(frozen=True)
class _Screen:
    """Leaves or a post before the target; the same in all frames of a sequence, and stays beside the target."""

    blots: tuple[tuple[float, float, float], ...]
    """x, y and size as parts of the target's box."""
    rise: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> _Screen:
        at = float(rng.choice([0.1, 0.9]) + rng.normal(0, 0.1))
        blots = [
            (float(rng.normal(at, 0.12)), float(rng.uniform(0.35, 1.1)), float(rng.uniform(0.05, 0.13)))
            for _ in range(int(rng.integers(8, 18)))
        ]
        return cls(tuple(blots), float(rng.normal(0, 1.2)))

    def before(self, degrees: Field, seen: Seen) -> Field:
        sheet = Image.fromarray(degrees)
        pen, (left, top, right, bottom) = ImageDraw.Draw(sheet), seen.box
        wide, high = right - left, bottom - top
        for x, y, size in self.blots:
            at, down, radius = left + x * wide, top + y * high, size * max(wide, high)
            pen.ellipse(
                [at - radius, down - radius * 0.8, at + radius, down + radius * 0.8], fill=self.rise + 6 * size
            )
        return np.asarray(sheet)
