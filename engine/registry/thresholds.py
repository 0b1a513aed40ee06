"""The thresholds that a version works with: its own, and what was raised since."""

from __future__ import annotations

import math

from engine.errors import InputError
from engine.registry.history import Entry, append, operator
from engine.registry.manifest import AUTOMATIC
from engine.registry.promotion import Move
from engine.registry.reference import Reference
from engine.registry.standing import Standing, standing_of
from engine.registry.store import Version, find_version
from engine.workspace import Workspace


def thresholds_of(version: Version, standing: Standing) -> dict[str, float]:
    """Name → threshold in force."""
    return {**version.manifest.thresholds, **standing.thresholds.get(version.number, {})}


def raise_threshold(
    workspace: Workspace,
    reference: str | Reference,
    value: float,
    *,
    name: str = AUTOMATIC,
    why: str = "",
    who: str | None = None,
) -> Move:
    """Set a threshold of a version higher than it is; to lower it takes a new version. Raises InputError, Moved."""
    version = find_version(workspace, reference)
    standing = standing_of(version.home)
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise InputError(f"{value:g} is no confidence", where=version.name, fix="give a number from 0 to 1")
    before = thresholds_of(version, standing).get(name)
    if before is None and name != AUTOMATIC:
        known = ", ".join(sorted({*version.manifest.thresholds, AUTOMATIC}))
        raise InputError(f"has no threshold {name!r}", where=version.name, fix=f"use one of {known}")
    if before is not None and value <= before:
        raise InputError(
            f"{name} is {before:g} already, and thresholds are only raised",
            where=version.name,
            fix="give a higher one, or train a version with a lower one",
        )
    entry = Entry(
        who=who or operator(),
        action="threshold",
        from_version=version.number,
        to_version=version.number,
        why=why,
        detail={"thresholds": {name: value}, "before": {name: before}},
    )
    return Move(append(version.home, entry, expected_seq=standing.seq), standing_of(version.home))
