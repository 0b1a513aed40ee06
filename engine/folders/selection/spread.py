"""Some of many candidates: a part at random, a part as far as can be from all that are chosen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from engine.folders.selection.strata import Stratum

if TYPE_CHECKING:
    from numpy.typing import NDArray


def spread_out(
    strata: Sequence[Stratum],
    turns: Sequence[Stratum],
    diversity: float,
    random: Random,
    *,
    vectors: NDArray[Any] | None = None,
    centres: NDArray[Any] | None = None,
) -> list[int]:
    """Positions of candidates, as many as there are turns, in the order chosen.

    `diversity` is the part that is chosen farthest-first (k-centre greedy) from `centres` and all chosen before; the
    others are random, and both take turns. A creator and a depth have no more places than `turns` have
    (`engine.folders.selection.strata.seats`). Without vectors, which have length 1, all are random.
    """
    choice = _Choice(strata, turns, random, vectors, centres)
    share = diversity if vectors is not None else 0.0
    far = 0
    for count in range(1, len(turns) + 1):
        if far + 1 <= count * share + 1e-9 and choice.knows_distances:
            choice.take_farthest()
            far += 1
        else:
            choice.take_random()
    return choice.chosen


class _Choice:
    """What is chosen so far, and what still may be."""

    def __init__(
        self,
        strata: Sequence[Stratum],
        turns: Sequence[Stratum],
        random: Random,
        vectors: NDArray[Any] | None,
        centres: NDArray[Any] | None,
    ) -> None:
        import numpy as np

        self.chosen: list[int] = []
        self._strata, self._vectors = strata, vectors
        self._turns = iter(turns)
        creators = {name: number for number, name in enumerate(dict.fromkeys(creator for creator, _ in strata))}
        self._creators = np.array([creators[creator] for creator, _ in strata], np.int64)
        self._depths = np.array([depth for _, depth in strata], np.int64)
        self._seats_of = Counter(creators[creator] for creator, _ in turns)
        self._seats_at = Counter(depth for _, depth in turns)
        self._left = np.ones(len(strata), bool)
        self._creator_has_seats = np.isin(self._creators, list(self._seats_of))
        self._depth_has_seats = np.isin(self._depths, list(self._seats_at))
        self._waiting: dict[Stratum, list[int]] = defaultdict(list)
        for at, stratum in enumerate(strata):
            self._waiting[stratum].append(at)
        for candidates in self._waiting.values():
            random.shuffle(candidates)
        self._nearest = np.full(len(strata), np.inf)
        self.knows_distances = vectors is not None and centres is not None and len(centres) > 0
        if vectors is not None and centres is not None and self.knows_distances:
            from engine.active_learning.k_centre import distances_to_nearest

            self._nearest = distances_to_nearest(vectors, centres) ** 2

    def take_farthest(self) -> None:
        """The candidate that is farthest from the nearest one chosen (k-centre greedy)."""
        import numpy as np

        allowed = self._allowed()
        self._take(int(np.where(allowed, self._nearest, -1.0).argmax()))

    def take_random(self) -> None:
        """One of the stratum whose turn it is, or of the next one that has any left."""
        import numpy as np

        allowed = self._allowed()
        for stratum in self._turns:
            candidates = self._waiting[stratum]
            while candidates and not allowed[candidates[-1]]:
                candidates.pop()
            if candidates:
                return self._take(candidates.pop())
        # Far ones took seats of other levels than the turns had said.
        return self._take(int(np.flatnonzero(allowed)[0]))

    def _allowed(self) -> NDArray[Any]:
        """Candidates whose creator and depth have a seat; where there are none, depths may have more."""
        for allowed in (
            self._left & self._creator_has_seats & self._depth_has_seats,
            self._left & self._creator_has_seats,
        ):
            if allowed.any():
                return allowed
        return self._left

    def _take(self, at: int) -> None:
        import numpy as np

        self.chosen.append(at)
        self._left[at] = False
        creator, depth = int(self._creators[at]), int(self._depths[at])
        self._seats_of[creator] -= 1
        self._seats_at[depth] -= 1
        if self._seats_of[creator] <= 0:
            self._creator_has_seats &= self._creators != creator
        if self._seats_at[depth] <= 0:
            self._depth_has_seats &= self._depths != depth
        if self._vectors is not None:
            # Of vectors of length 1: |a − b|² = 2 − 2 a·b.
            np.minimum(self._nearest, 2.0 - 2.0 * (self._vectors @ self._vectors[at]), out=self._nearest)
            self.knows_distances = True
