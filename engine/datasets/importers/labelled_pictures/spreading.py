"""Spreads labelled pictures over splits: groups stay whole, and each label gets its share of each split.

A pure function of labels, groups and shares: the same on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

TRAIN = "train"


@dataclass(frozen=True)
class Unit:
    """Rows that go into one split together: a group, or a picture without one."""

    rows: tuple[int, ...]
    labels: tuple[tuple[str, int], ...]
    """(label, how many of the rows), the most frequent first."""
    fixed: bool = False
    """Whether it must stay in training."""


def units_of(
    labels: Sequence[str], groups: Sequence[Hashable | None], fixed: frozenset[Hashable] = frozenset()
) -> list[Unit]:
    """The units of rows, in the order in which they begin. `fixed`: groups that must stay in training."""
    together: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        together.setdefault(("row", row) if group is None else ("group", group), []).append(row)
    return [
        Unit(
            tuple(rows),
            tuple(Counter(labels[row] for row in rows).most_common()),
            groups[rows[0]] is not None and groups[rows[0]] in fixed,
        )
        for rows in together.values()
    ]


def spread(units: Sequence[Unit], shares: Mapping[str, float], random: Random, in_all: bool = False) -> list[str]:
    """The split of each unit: `train`, or one of `shares`.

    Greedy, label by label, the one with the fewest units first (after Sechidis, Tsoumakas and Vlahavas, "On the
    stratification of multi-label data", 2011): the largest unit goes where most rows of its labels are missing.
    What rounding leaves over goes to the next label, so that labels of two pictures fill the small splits, too.
    A label of two units or more stands in training; `in_all`: in every split, if it has a unit for each.
    """
    splits = [TRAIN, *shares]
    part = {TRAIN: 1 - sum(shares.values()), **shares}
    sizes: Counter[str] = Counter()
    of_label: dict[str, list[int]] = {}
    for number, unit in enumerate(units):
        for label, count in unit.labels:
            sizes[label] += count
            of_label.setdefault(label, []).append(number)
    missing = {label: {split: part[split] * size for split in splits} for label, size in sizes.items()}
    left_over = dict.fromkeys(splits, 0.0)
    chosen: list[str | None] = [None] * len(units)
    order = sorted(of_label)
    random.shuffle(order)  # else each second name would be the one that is rounded up
    for label in sorted(order, key=lambda name: len(of_label[name])):
        open_units = [number for number in of_label[label] if chosen[number] is None]
        random.shuffle(open_units)
        for number in sorted(open_units, key=lambda one: -len(units[one].rows)):
            unit = units[number]
            split = TRAIN if unit.fixed else _neediest(unit, splits, missing, left_over)
            chosen[number] = split
            for name, count in unit.labels:
                missing[name][split] -= count
        for split in splits:
            left_over[split] += missing[label][split]
    placed = [split or TRAIN for split in chosen]
    for label in sorted(of_label):
        members = of_label[label]
        if len(members) > 1:
            _fill(members, units, placed, splits if in_all and len(members) >= len(splits) else [TRAIN])
    if len(units) >= len(splits):
        _fill(range(len(units)), units, placed, splits)
    return placed


def _neediest(
    unit: Unit, splits: Sequence[str], missing: Mapping[str, Mapping[str, float]], left_over: Mapping[str, float]
) -> str:
    def need(split: str) -> float:
        own = sum(count * (missing[label][split] + left_over[split]) for label, count in unit.labels)
        return round(own, 6)  # so that no sum of floats decides a tie

    return max(splits, key=lambda split: (need(split), -splits.index(split)))


def _fill(members: Sequence[int], units: Sequence[Unit], placed: list[str], wanted: Sequence[str]) -> None:
    """Move the smallest of these units into each wanted split that has none, out of the split with the most."""
    for split in wanted:
        there = Counter(placed[number] for number in members)
        if there[split]:
            continue
        giver = max(sorted(there), key=lambda name: (there[name], name == TRAIN))
        movable = [number for number in members if placed[number] == giver and not units[number].fixed]
        if there[giver] > 1 or split == TRAIN:
            last = _last_of_label(members, units, placed, giver)
            best = min(movable, key=lambda one: (one in last, len(units[one].rows), one), default=None)
            if best is not None:
                placed[best] = split


def _last_of_label(members: Sequence[int], units: Sequence[Unit], placed: Sequence[str], split: str) -> set[int]:
    """Units that are the only one in the split of a label that has others elsewhere."""
    there: dict[str, list[int]] = {}
    of_all: Counter[str] = Counter()
    for number in members:
        for label, _ in units[number].labels:
            of_all[label] += 1
            if placed[number] == split:
                there.setdefault(label, []).append(number)
    return {own[0] for label, own in there.items() if len(own) == 1 and of_all[label] > 1}
