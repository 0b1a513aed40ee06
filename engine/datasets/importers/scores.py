"""Scores of pairs on any scale become 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.datasets.importers.found import Found, Problems
from engine.datasets.patterns import parse_range
from engine.errors import DataError

MOSTLY = 0.9
"""A scale is believed when at least this part of the scores lies on it; the others are bad rows. So one
mistyped 55 among scores from 1 to 5 is reported, and does not squeeze all others together."""


@dataclass(frozen=True)
class Scale:
    """What scores run from and to."""

    low: float
    high: float

    def holds(self, score: float) -> bool:
        return self.low <= score <= self.high

    def unit(self, score: float) -> float:
        """The score between 0 and 1."""
        return round((score - self.low) / (self.high - self.low), 6)


USUAL = (Scale(0, 1), Scale(1, 5), Scale(0, 5), Scale(0, 10), Scale(0, 100))
"""Narrow first. SICK runs from 1 to 5, STS from 0 to 5."""


def parse_scale(text: str | None) -> Scale | None:
    """Read `1..5`. Raises DataError."""
    if text is None:
        return None
    try:
        span = parse_range(text)
    except ValueError as problem:
        raise DataError(f"{text!r} is no scale", where="--scale", fix="write it as 1..5") from problem
    if span.low == span.high:
        raise DataError(f"the scale {text!r} has one value only", where="--scale", fix="write it as 1..5")
    return Scale(float(span.low), float(span.high))


def told_from(scores: Sequence[float]) -> Scale | None:
    """The narrowest usual scale that holds nearly all scores; None when there is none."""
    for scale in USUAL:
        if sum(map(scale.holds, scores)) >= MOSTLY * len(scores):
            return scale
    return None


def rescaled(found: list[Found], given: Scale | None, problems: Problems) -> tuple[list[Found], Scale]:
    """The rows with scores from 0 to 1, and the scale they had. A score off the scale is a bad row."""
    scale = given or told_from([one.row["score"] for one in found])
    if scale is None:
        raise DataError(
            "the scores lie on no usual scale",
            where=found[0].where,
            fix="say what they run from and to: --scale 0..7",
        )
    kept = []
    for one in found:
        score = one.row["score"]
        if scale.holds(score):
            kept.append(replace(one, row={**one.row, "score": scale.unit(score)}))
        else:
            problems.add(
                one.where,
                f"the score {score:g} is not from {scale.low:g} to {scale.high:g}, "
                + ("the scale given" if given else "where the others lie"),
                "correct it, name the scale (--scale 0..100)",
            )
    return kept, scale
