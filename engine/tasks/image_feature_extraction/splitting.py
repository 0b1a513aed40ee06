"""Which validation rows say when to stop, and which are spared for the confidence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.datasets.sampling import stream
from engine.retrieval.confidence import FEWEST_ROWS
from engine.tasks.contract import Row


@dataclass(frozen=True)
class Parts:
    """Validation in two."""

    watched: list[Row]
    """Say when to stop and which similarity is best."""
    spared: list[Row]
    """What the confidence is fitted on."""
    apart: bool
    """False where validation is too small to be parted: then both are all of it."""


def part(rows: Sequence[Row], share: float, seed: int) -> Parts:
    """Part validation; rows of a group stay together, and each label is parted as evenly as its groups allow."""
    by_group: dict[tuple[str, str], list[Row]] = {}
    for at, row in enumerate(rows):
        by_group.setdefault((row["label"], row.get("group") or f"\0{at}"), []).append(row)
    whole_groups: dict[str, list[list[Row]]] = {}
    joined: dict[str, list[Row]] = {}
    for (label, group), inside in sorted(by_group.items()):
        if group in joined:  # a group of several labels goes where its first label went
            joined[group].extend(inside)
            continue
        joined[group] = inside
        whole_groups.setdefault(label, []).append(inside)
    watched: list[Row] = []
    spared: list[Row] = []
    for label, groups in sorted(whole_groups.items()):
        stream(seed, "spared", label).shuffle(groups)
        total, given = sum(map(len, groups)), 0
        for inside in groups:
            if given + len(inside) / 2 <= total * share:
                spared.extend(inside)
                given += len(inside)
            else:
                watched.extend(inside)
    if len(spared) < FEWEST_ROWS or not watched:
        return Parts(list(rows), list(rows), False)
    return Parts(watched, spared, True)
