"""Who a person is: all that stays the same from picture to picture. People of a family differ in few features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Colour = tuple[float, float, float]
Hair = Literal["bald", "crop", "parted", "fringe", "long", "bob", "curls", "bun"]
Beard = Literal["none", "stubble", "moustache", "goatee", "full"]

SKIN: tuple[Colour, ...] = (
    (250, 222, 204),
    (236, 196, 170),
    (216, 170, 136),
    (184, 134, 100),
    (146, 98, 68),
    (108, 70, 48),
    (70, 46, 34),
)
"""From light to dark, evenly spaced."""
TONES: dict[str, tuple[float, float]] = {"light": (0.0, 0.3), "medium": (0.36, 0.62), "dark": (0.68, 1.0)}
HAIR: tuple[Colour, ...] = ((24, 20, 20), (54, 36, 26), (96, 62, 38), (150, 106, 60), (206, 168, 104), (150, 66, 34))
IRIS: tuple[Colour, ...] = (
    (52, 32, 20),
    (92, 60, 32),
    (104, 104, 56),
    (80, 128, 104),
    (90, 130, 176),
    (120, 128, 136),
)
DARK_HAIR, DARK_IRIS = 3, 2
"""How many of the first colours go with dark and medium skin, for the most part."""

RANGES: dict[str, tuple[float, float]] = {
    "width": (0.68, 0.86),
    "cheeks": (0.9, 1.02),
    "jaw": (0.6, 0.92),
    "chin": (0.2, 0.48),
    "long": (0.93, 1.12),
    "eye_gap": (0.27, 0.39),
    "eye_level": (-0.2, -0.04),
    "eye_wide": (0.12, 0.19),
    "eye_high": (0.055, 0.105),
    "eye_tilt": (-0.22, 0.25),
    "lid": (0.0, 1.0),
    "brow_lift": (0.13, 0.23),
    "brow_thick": (0.025, 0.085),
    "brow_tilt": (-0.3, 0.3),
    "brow_arch": (0.0, 0.08),
    "nose_long": (0.3, 0.5),
    "nose_wide": (0.1, 0.22),
    "nose_high": (0.6, 1.5),
    "mouth_gap": (0.16, 0.27),
    "mouth_wide": (0.19, 0.34),
    "upper_lip": (0.02, 0.07),
    "lower_lip": (0.035, 0.095),
    "lip_red": (0.15, 1.0),
    "ear": (0.12, 0.22),
    "ear_out": (0.0, 0.09),
    "hairline": (-0.74, -0.5),
    "volume": (0.04, 0.13),
    "undertone": (-1.0, 1.0),
}
"""Measures of a face; the head is 2 high and is looked at from -1 (top) to 1 (chin)."""


@dataclass(frozen=True)
class Mark:
    """A mole, a scar or a birthmark on one side of the face: mirrored, it would be somebody else."""

    kind: Literal["mole", "scar", "birthmark"]
    at: tuple[float, float]
    size: float
    lean: float


@dataclass(frozen=True)
class Person:
    """One identity."""

    measures: Mapping[str, float]
    skin: Colour
    hair: Hair
    hair_colour: Colour
    iris: Colour
    beard: Beard
    part: float
    """Where the hair is parted: -1 left, 1 right."""
    marks: tuple[Mark, ...]
    freckles: int
    freckle_seed: int
    lines: float
    """Depth of the lines of age, 0 to 1."""
    tone: str
    age: str

    def __getitem__(self, measure: str) -> float:
        return self.measures[measure]


def draw_family(members: int, tone: str, seed: int) -> list[Person]:
    """People who share most features; the young and the old take turns. More members leave the first as they were."""
    base_rng = np.random.default_rng([seed, 0])
    measures = {name: float(base_rng.uniform(*span)) for name, span in RANGES.items()}
    traits = _traits(tone, base_rng)
    return [
        _member(measures, traits, tone, number, np.random.default_rng([seed, number + 1]))
        for number in range(members)
    ]


def _traits(tone: str, rng: np.random.Generator) -> dict[str, Any]:
    """What is not a measure; each of these may be another in a member of the family."""
    often_dark = tone != "light" and rng.random() < 0.9
    return {
        "depth": float(rng.uniform(*TONES[tone])),
        "hair": str(
            rng.choice(["bald", "crop", "crop", "parted", "parted", "fringe", "long", "long", "bob", "curls", "bun"])
        ),
        "hair_colour": HAIR[int(rng.integers(DARK_HAIR if often_dark else len(HAIR)))],
        "iris": IRIS[int(rng.integers(DARK_IRIS if often_dark else len(IRIS)))],
        "beard": str(rng.choice(["none", "none", "none", "none", "stubble", "moustache", "goatee", "full"])),
        "part": float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.6)),
    }


def _member(
    base: Mapping[str, float], family: Mapping[str, Any], tone: str, number: int, rng: np.random.Generator
) -> Person:
    fresh = {name: float(rng.uniform(*span)) for name, span in RANGES.items()}
    # A third of the measures is a member's own by half, the others are the family's.
    own = set(rng.choice(list(RANGES), size=len(RANGES) // 3, replace=False))
    measures = {name: value + (fresh[name] - value) * (0.6 if name in own else 0.08) for name, value in base.items()}
    other = _traits(tone, rng)
    traits = {name: other[name] if rng.random() < 0.25 else value for name, value in family.items()}
    if traits["hair"] in ("long", "bob", "bun"):
        traits["beard"] = "none"
    age = ("young", "old")[(number + int(family["part"] > 0)) % 2]
    colour = traits["hair_colour"]
    if age == "old":
        colour = _mixed(colour, (196, 194, 192), float(rng.uniform(0.45, 0.95)))
    return Person(
        measures=measures,
        skin=_skin(traits["depth"], measures["undertone"]),
        hair=traits["hair"],
        hair_colour=colour,
        iris=traits["iris"],
        beard=traits["beard"],
        part=traits["part"],
        marks=tuple(_mark(rng) for _ in range(int(rng.choice([0, 1, 1, 2])))),
        freckles=int(rng.integers(14, 30)) if tone == "light" and rng.random() < 0.3 else 0,
        freckle_seed=int(rng.integers(2**31)),
        lines=float(rng.uniform(0.55, 1.0) if age == "old" else rng.uniform(0.0, 0.15)),
        tone=tone,
        age=age,
    )


def _mark(rng: np.random.Generator) -> Mark:
    kinds: tuple[Literal["mole", "scar", "birthmark"], ...] = ("mole", "mole", "scar", "birthmark")
    at = (float(rng.choice([-1, 1]) * rng.uniform(0.15, 0.5)), float(rng.uniform(-0.5, 0.7)))
    return Mark(kinds[int(rng.integers(4))], at, float(rng.uniform(0.7, 1.3)), float(rng.uniform(-1, 1)))


def _skin(depth: float, undertone: float) -> Colour:
    place = depth * (len(SKIN) - 1)
    first = min(int(place), len(SKIN) - 2)
    r, g, b = _mixed(SKIN[first], SKIN[first + 1], place - first)
    return r * (1 + 0.03 * undertone), g, b * (1 - 0.06 * undertone)


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    r, g, b = (one + (other - one) * share for one, other in zip(first, second, strict=True))
    return r, g, b
