"""Transformers as a thermal camera sees them: two builds, and where each can fail."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.drawing.texture import Field, soft_noise
from engine.tasks.object_detection.scenes.canvas import FINE, Point

Region = NDArray[np.bool_]


@dataclass
class Phase:
    """What one phase's current flows through: it heats up as a whole when overloaded."""

    region: Image.Image
    joints: list[Point] = field(default_factory=list)


class Sheet:
    """Temperatures in degrees and the emissivity of surfaces, drawn at the fine size."""

    def __init__(self, width: int, height: int, ambient: float) -> None:
        self.width, self.height = width, height
        fine = (width * FINE, height * FINE)
        self.degrees, self.bare = Image.new("F", fine, ambient), Image.new("L", fine, 0)
        self._pens = (ImageDraw.Draw(self.degrees), ImageDraw.Draw(self.bare))
        self.phases: list[Phase] = []
        self.surfaces: list[tuple[float, float, float, float]] = []
        """Rectangles on which a hot spot can be: left, top, right, bottom."""

    def begin_phase(self) -> Phase:
        """What is drawn with this phase belongs to it."""
        self.phases.append(Phase(Image.new("L", self.degrees.size, 0)))
        return self.phases[-1]

    def polygon(self, points: Sequence[Point], degrees: float, bare: float = 0.0, phase: Phase | None = None) -> None:
        """`bare`: how much of bare metal the surface has, 0 to 1."""
        fine = [(x * FINE, y * FINE) for x, y in points]
        for pen, value in zip(self._pens, (degrees, round(bare * 255)), strict=True):
            pen.polygon(fine, fill=value)
        if phase is not None:
            ImageDraw.Draw(phase.region).polygon(fine, fill=255)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        degrees: float,
        bare: float = 0.0,
        phase: Phase | None = None,
    ) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], degrees, bare, phase)

    def ellipse(
        self, centre: Point, radii: Point, degrees: float, bare: float = 0.0, phase: Phase | None = None
    ) -> None:
        (x, y), (rx, ry) = centre, radii
        fine = [(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE]
        for pen, value in zip(self._pens, (degrees, round(bare * 255)), strict=True):
            pen.ellipse(fine, fill=value)
        if phase is not None:
            ImageDraw.Draw(phase.region).ellipse(fine, fill=255)

    def line(
        self, points: Sequence[Point], width: float, degrees: float, bare: float = 0.0, phase: Phase | None = None
    ) -> None:
        fine, thick = [(x * FINE, y * FINE) for x, y in points], max(1, round(width * FINE))
        for pen, value in zip(self._pens, (degrees, round(bare * 255)), strict=True):
            pen.line(fine, fill=value, width=thick, joint="curve")
        if phase is not None:
            ImageDraw.Draw(phase.region).line(fine, fill=255, width=thick)

    def temperatures(self) -> Field:
        return np.array(self.degrees.reduce(FINE), dtype=np.float32)

    def bareness(self) -> Field:
        return np.asarray(self.bare.reduce(FINE), dtype=np.float32) / np.float32(255)


def region_of(phase: Phase) -> Region:
    """The pixels of the final image that show the phase."""
    return np.asarray(phase.region.reduce(FINE)) > 90


def oil_filled(sheet: Sheet, ambient: float, rng: np.random.Generator) -> None:
    """Kind a: tank, radiators, conservator, three bushings with leads; outdoors."""
    w, h = sheet.width, sheet.height
    ground = h * rng.uniform(0.84, 0.93)
    sheet.box(0, ground, w, h, ambient + rng.uniform(2, 6))
    for _ in range(int(rng.integers(1, 4))):  # a wall, a gantry
        x = w * rng.uniform(0, 1)
        sheet.box(x, h * rng.uniform(0.1, 0.6), x + w * rng.uniform(0.02, 0.25), ground, ambient + rng.uniform(0, 4))
    centre, half = w * rng.uniform(0.42, 0.58), w * rng.uniform(0.15, 0.21)
    top, bottom = h * rng.uniform(0.46, 0.56), ground - h * 0.02
    oil = ambient + rng.uniform(13, 20)
    for side in (-1, 1):
        _radiator(sheet, centre + side * half, side, top + (bottom - top) * 0.12, bottom - h * 0.04, oil, rng)
    for part in range(8):  # oil is hotter at the top
        y0, y1 = (top + (bottom - top) * (part + step) / 8 for step in (0, 1))
        sheet.box(centre - half, y0, centre + half, y1 + 0.5, oil - 0.9 * part)
    sheet.box(centre - half - w * 0.012, top - h * 0.02, centre + half + w * 0.012, top + h * 0.012, oil + 1)
    for share in (-0.5, 0.0, 0.5):  # stiffeners
        sheet.line([(centre + half * share, top), (centre + half * share, bottom)], 1.2, oil - 4)
    sheet.surfaces = [(centre - half * 0.85, top + h * 0.06, centre + half * 0.85, bottom - h * 0.06)]
    _conservator(sheet, centre, half, top, oil, rng)
    reach, height = half * 0.62, h * rng.uniform(0.2, 0.27)
    away = rng.choice([-1, 1])
    for place in (-1, 0, 1):
        _bushing(sheet, (centre + place * reach, top - h * 0.02), height, away, place, ambient, oil, rng)


def dry_type(sheet: Sheet, ambient: float, rng: np.random.Generator) -> None:
    """Kind b: three cast coils on a core, bus bars above and links between; in a room."""
    w, h = sheet.width, sheet.height
    sheet.box(0, h * 0.88, w, h, ambient - 2)
    for x in rng.uniform(0, w, 3):  # panels of the cubicle
        sheet.line([(x, 0), (x, h)], 1.0, ambient - rng.uniform(1, 3))
    left, right = w * rng.uniform(0.1, 0.17), w * rng.uniform(0.83, 0.9)
    top, bottom = h * rng.uniform(0.28, 0.34), h * rng.uniform(0.8, 0.86)
    core = ambient + rng.uniform(11, 17)
    yoke = h * 0.055
    sheet.box(left, top - yoke, right, top, core - 3, bare=0.15)
    sheet.box(left, bottom, right, bottom + yoke, core - 9, bare=0.15)
    for share in (0.04, 0.96):  # clamps
        x = left + (right - left) * share
        sheet.box(x - w * 0.008, top - yoke * 1.4, x + w * 0.008, bottom + yoke * 1.4, ambient + 6, bare=0.5)
    pitch = (right - left) / 3
    wide = pitch * rng.uniform(0.36, 0.42)
    ends: list[Point] = []
    for number in range(3):
        x = left + pitch * (number + 0.5)
        phase = sheet.begin_phase()
        warm = core + rng.uniform(-2, 2)
        parts = 14
        for part in range(parts):
            y0, y1 = (top + (bottom - top) * (part + step) / parts for step in (0, 1))
            bulge = wide * (1 - 0.05 * abs(2 * (part + 0.5) / parts - 1) ** 4)
            sheet.box(x - bulge, y0, x + bulge, y1 + 0.5, warm + 5 - 0.75 * part, phase=phase)
            sheet.line([(x - bulge, y1), (x + bulge, y1)], 0.6, warm + 1.5 - 0.75 * part, phase=phase)
        sheet.surfaces.append((x - wide * 0.7, top + h * 0.06, x + wide * 0.7, bottom - h * 0.06))
        bar, terminal = x + wide * rng.uniform(-0.2, 0.2), top - yoke - h * 0.04
        sheet.box(bar - w * 0.011, h * 0.06, bar + w * 0.011, top - yoke * 0.2, ambient + 9, bare=0.6)
        sheet.ellipse((bar, terminal), (w * 0.017, w * 0.017), ambient + 10, bare=0.7)
        tap = (x + wide * 0.45, top + (bottom - top) * rng.uniform(0.3, 0.6))
        sheet.ellipse(tap, (w * 0.012, w * 0.012), warm + 1, bare=0.4)
        phase.joints = [(bar, terminal), tap]
        ends.append((x, bottom - h * 0.05))
    for (x0, y0), (x1, y1) in itertools.pairwise(ends):  # delta links
        sheet.line(
            [(x0 + wide * 0.5, y0), (x1 - wide * 0.5, y1 - (bottom - top) * 0.75)], 2.2, ambient + 11, bare=0.5
        )
    for share in (0.08, 0.13, 0.18):  # bus bars along the ceiling
        sheet.box(0, h * share - 1.6, w, h * share + 1.6, ambient + 8, bare=0.7)


def ground_texture(sheet: Sheet, rng: np.random.Generator) -> Field:
    """Differences of temperature that every scene has: sun, wind, dirt."""
    return (
        soft_noise(rng, sheet.height, sheet.width, (6, 8)) * 1.2
        + soft_noise(rng, sheet.height, sheet.width, (24, 32)) * 0.5
    )


def _radiator(
    sheet: Sheet, edge: float, side: int, top: float, bottom: float, oil: float, rng: np.random.Generator
) -> None:
    pitch, fins = sheet.width * 0.018, int(rng.integers(4, 7))
    for number in range(fins):
        x = edge + side * pitch * (number + 0.7)
        for part in range(6):
            y0, y1 = (top + (bottom - top) * (part + step) / 6 for step in (0, 1))
            sheet.line([(x, y0), (x, y1)], pitch * 0.55, oil - 1.5 - 1.5 * part)
    for y in (top, bottom):
        sheet.line([(edge, y), (edge + side * pitch * fins, y)], 2.0, oil - (1 if y == top else 8))


def _conservator(sheet: Sheet, centre: float, half: float, top: float, oil: float, rng: np.random.Generator) -> None:
    side, h = rng.choice([-1, 1]), sheet.height
    x, y = centre + side * half * 1.05, top - h * rng.uniform(0.1, 0.15)
    long, round_ = half * 0.55, h * 0.045
    sheet.line([(x, y), (x - side * half * 0.2, top)], 1.6, oil - 4)
    sheet.box(x - long, y - round_, x + long, y, oil - 9)
    sheet.box(x - long, y, x + long, y + round_, oil - 5)
    for end in (-1, 1):
        sheet.ellipse((x + end * long, y), (round_ * 0.5, round_), oil - 7)


def _bushing(
    sheet: Sheet,
    foot: Point,
    height: float,
    away: int,
    place: int,
    ambient: float,
    oil: float,
    rng: np.random.Generator,
) -> None:
    """Discs of porcelain round a conductor, a terminal on top, and the lead that leaves it."""
    phase, w = sheet.begin_phase(), sheet.width
    (x, y), lean = foot, place * 0.12
    warm = ambient + (oil - ambient) * 0.45
    discs = 9
    for disc in range(discs):
        share = disc / discs
        at = (x + lean * height * share, y - height * share)
        sheet.ellipse(at, (w * 0.016 * (1.15 - 0.35 * share), height / discs * 0.42), warm - 3 * share, phase=phase)
        sheet.line(
            [at, (at[0] + lean * height / discs, at[1] - height / discs)],
            w * 0.012,
            warm - 1 - 3 * share,
            phase=phase,
        )
    tip = (x + lean * height, y - height * 1.02)
    end = (x + away * w * rng.uniform(0.03, 0.16), -4.0)
    sag = rng.uniform(2, 7)
    steps = [float(step) for step in np.linspace(0, 1, 12)]
    lead = [(tip[0] + (end[0] - tip[0]) * s, tip[1] + (end[1] - tip[1]) * s**1.6 + sag * s * (1 - s)) for s in steps]
    sheet.line(lead, 2.0, warm - 3, bare=0.3, phase=phase)
    sheet.ellipse(tip, (w * 0.014, w * 0.014), warm - 2, bare=0.6, phase=phase)
    phase.joints = [tip]
