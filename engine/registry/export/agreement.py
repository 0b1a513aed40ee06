"""Whether an export answers as its version does. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Answer:
    """What a model made of one row, before it is rounded for people."""

    numbers: Mapping[str, NDArray[Any]]
    """Kind of number (`probability`, `embedding`) → the numbers."""
    decision: object
    """What it says: a label, the entities; compared for equality."""
    margin: float = math.inf
    """How far the numbers are from another decision: 0 for a tie."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How an export's answers compare with those of its version."""

    rows: int
    same: int
    """Rows with the same decision."""
    ties: int
    """Rows with another decision, where the version itself stood within twice the tolerance of a tie."""
    differing: int
    """Rows with another decision and no such excuse: none, if it is verified."""
    largest: dict[str, float]
    """Kind of number → the largest difference."""
    tolerances: dict[str, float]
    verified: bool

    @property
    def sentence(self) -> str:
        """For people."""
        told = ", ".join(
            f"{name} differs by {value:.1e} at most (allowed {self.tolerances[name]:.0e})"
            for name, value in self.largest.items()
        )
        ties = f", {self.ties} at a tie" if self.ties else ""
        wrong = f", {self.differing} decided otherwise" if self.differing else ""
        return f"{self.same} of {self.rows} rows decided alike{ties}{wrong}; {told}"


def compare(wanted: Sequence[Answer], got: Sequence[Answer], tolerances: Mapping[str, float]) -> Agreement:
    """An export is verified when every number differs by its tolerance at most and every decision is the same, but
    for rows at a tie. NaN, other shapes and missing rows never agree; nor do no rows at all."""
    import numpy as np

    largest = dict.fromkeys(tolerances, 0.0)
    same = ties = differing = 0
    for one, other in zip(wanted, got, strict=False):
        for name in tolerances:
            difference = math.inf
            a, b = one.numbers.get(name), other.numbers.get(name)
            if a is not None and b is not None and a.shape == b.shape:
                difference = float(np.abs(a - b).max(initial=0.0))
            largest[name] = max(largest[name], math.inf if math.isnan(difference) else difference)
        if one.decision == other.decision:
            same += 1
        elif one.margin <= 2 * min(tolerances.values()):
            ties += 1
        else:
            differing += 1
    whole = 0 < len(wanted) == len(got)
    close = all(largest[name] <= allowed for name, allowed in tolerances.items())
    return Agreement(
        rows=len(wanted),
        same=same,
        ties=ties,
        differing=differing,
        largest=largest,
        tolerances=dict(tolerances),
        verified=whole and close and not differing,
    )
