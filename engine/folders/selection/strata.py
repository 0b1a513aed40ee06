"""Seats for folders to label: creators take turns, and levels of the tree get more the more folders they have."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Mapping
from random import Random

Stratum = tuple[str, int]
"""A creator, and a depth."""


def seats(
    available: Mapping[Stratum, int], count: int, random: Random, *, taken: Mapping[Stratum, int] | None = None
) -> list[Stratum]:
    """Whose turn it is, seat after seat: any first part of the list is as fair as the whole.

    The creator with the fewest folders so far, those `taken` before included, is next; of its levels, the one that
    has the fewest seats for the square root of its folders: neither in proportion, which would leave out the few
    folders at the top, nor alike, which would fill up with strays from the depths. Fewer seats than `count` where
    there are fewer folders.
    """
    left = {stratum: folders for stratum, folders in available.items() if folders > 0}
    folders_at = Counter[int]()
    for (_, depth), folders in left.items():
        folders_at[depth] += folders
    weights = {depth: math.sqrt(folders) for depth, folders in folders_at.items()}
    depths_of: dict[str, list[int]] = {}
    for creator, depth in sorted(left):
        depths_of.setdefault(creator, []).append(depth)
    of_creator, at_depth = Counter[str](), Counter[int]()
    for (creator, depth), folders in (taken or {}).items():
        of_creator[creator] += folders
        at_depth[depth] += folders
    turns = [(of_creator[creator], random.random(), creator) for creator in depths_of]
    heapq.heapify(turns)
    given: list[Stratum] = []
    while turns and len(given) < count:
        had, tie, creator = heapq.heappop(turns)
        depths = depths_of[creator]
        depth = min(depths, key=lambda level: ((at_depth[level] + 1) / weights[level], level))
        given.append((creator, depth))
        at_depth[depth] += 1
        left[creator, depth] -= 1
        if not left[creator, depth]:
            depths.remove(depth)
        if depths:
            heapq.heappush(turns, (had + 1, tie, creator))
    return given
