"""Each class: how it is built, where it belongs, and how it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.tasks.image_feature_extraction.targets import air, land, living, sea
from engine.tasks.image_feature_extraction.targets.bodies import Body

Medium = Literal["land", "sea", "air"]


@dataclass(frozen=True)
class Kind:
    """A class of targets."""

    build: Callable[[np.random.Generator, float], Body]
    """From the source that makes the individual, and the phase of its gait or rotor from 0 to 1."""
    medium: Medium
    turn: float = 1.0
    """How fast it turns and moves against a car."""
    living: bool = False


KINDS: dict[str, Kind] = {
    "animal": Kind(living.animal, "land", 1.4, living=True),
    "boat": Kind(sea.boat, "sea"),
    "car": Kind(land.car, "land"),
    "drone": Kind(air.drone, "air", 1.6),
    "helicopter": Kind(air.helicopter, "air", 1.2),
    "person": Kind(living.person, "land", 1.4, living=True),
    "plane": Kind(air.plane, "air", 0.8),
    "ship": Kind(sea.ship, "sea", 0.4),
    "tank": Kind(land.tank, "land", 0.8),
    "truck": Kind(land.truck, "land", 0.8),
}
