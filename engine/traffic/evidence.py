"""What labelled outcomes come to, as counts: all that the test needs to know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.traffic.assignment import Arm
from engine.traffic.deployment import WHOLE

SplitCell = tuple[Literal["split"], float, Arm, bool]
"""Share at the time of the request (per cent), who answered, whether rightly."""
PairCell = tuple[Literal["pair"], bool, bool]
"""Whether production and the candidate were right about the same request."""
Cell = SplitCell | PairCell


@dataclass(frozen=True)
class Rights:
    """How often a version was right."""

    right: int = 0
    wrong: int = 0

    @property
    def count(self) -> int:
        return self.right + self.wrong

    @property
    def rate(self) -> float | None:
        """Share of right answers."""
        return self.right / self.count if self.count else None


@dataclass(frozen=True)
class Stratum:
    """Outcomes of requests that were answered while the candidate had one share."""

    share: float
    """Per cent."""
    production: Rights
    candidate: Rights

    @property
    def count(self) -> int:
        return self.production.count + self.candidate.count

    @property
    def compares(self) -> bool:
        """At 0 and at 100 per cent there is nothing to hold the answers against."""
        return 0 < self.share < WHOLE


@dataclass(frozen=True)
class Pairs:
    """Outcomes of requests that both answered."""

    both: int = 0
    only_production: int = 0
    only_candidate: int = 0
    neither: int = 0

    @property
    def count(self) -> int:
        return self.both + self.only_production + self.only_candidate + self.neither


@dataclass(frozen=True)
class Evidence:
    """All outcomes of a deployment; a key counts once."""

    strata: tuple[Stratum, ...] = ()
    pairs: Pairs = Pairs()

    def rights(self, arm: Arm) -> Rights:
        """Of one arm, over all shares and the pairs."""
        pairs = self.pairs
        right = pairs.both + (pairs.only_candidate if arm == "candidate" else pairs.only_production)
        of_arm: Iterable[Rights] = [getattr(stratum, arm) for stratum in self.strata]
        return Rights(
            right + sum(one.right for one in of_arm), pairs.count - right + sum(one.wrong for one in of_arm)
        )

    def of_share(self, share: float) -> Stratum:
        """The outcomes at a share."""
        empty = Stratum(share, Rights(), Rights())
        return next((stratum for stratum in self.strata if stratum.share == share), empty)


def evidence_of(cells: Mapping[Cell, int]) -> Evidence:
    """Counted cells, put together."""
    counts = Counter(cells)

    def rights(share: float, arm: Arm) -> Rights:
        return Rights(counts["split", share, arm, True], counts["split", share, arm, False])

    shares = sorted({cell[1] for cell in cells if cell[0] == "split"})
    return Evidence(
        strata=tuple(Stratum(share, rights(share, "production"), rights(share, "candidate")) for share in shares),
        pairs=Pairs(
            both=counts["pair", True, True],
            only_production=counts["pair", True, False],
            only_candidate=counts["pair", False, True],
            neither=counts["pair", False, False],
        ),
    )
