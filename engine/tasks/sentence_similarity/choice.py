"""Which of the trained encoders is handed over. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """An encoder with its correlation on validation. `name`: `untrained`, or the phase that made it."""

    name: str
    correlation: float


def choose(candidates: Sequence[Candidate]) -> Candidate:
    """The best on validation. The earlier one at a tie: give the simpler first."""
    finite = [candidate for candidate in candidates if math.isfinite(candidate.correlation)]
    return max(finite, key=lambda candidate: candidate.correlation) if finite else candidates[0]
