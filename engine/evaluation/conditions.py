"""Columns of conditions (light, angle, age …) as what each row or pair has in them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.bootstrap import Indices
from engine.evaluation.pairs import Pairs, numbered

NOT_STATED, MIXED, OTHERS = "(not stated)", "(mixed)", "(others)"
LEFT_OUT = (NOT_STATED, MIXED, OTHERS)
"""Values that have no part in gaps: nothing is known of them but that they are not the others."""
TIMES = " × "
MOST_VALUES = 20
"""Of a column; the rarer ones are one value."""


@dataclass(frozen=True)
class Column:
    """The value of each row, or of each pair of rows, by number."""

    name: str
    names: list[str]
    """Values; those that are left out of gaps come last."""
    codes: Indices
    """(rows,) into `names`."""

    def of_pairs(self, pairs: Pairs) -> Column:
        """The value of pairs: that of both rows, else mixed, or not stated where either does not state it."""
        first, second = self.codes[pairs.first], self.codes[pairs.second]
        names = [*self.names, *(name for name in (NOT_STATED, MIXED) if name not in self.names)]
        unknown, mixed = names.index(NOT_STATED), names.index(MIXED)
        codes = np.where(first == second, first, mixed)
        return _tidy(self.name, names, np.where((first == unknown) | (second == unknown), unknown, codes))

    def crossed(self, other: Column) -> Column:
        """Both values at once; left out where either is."""
        names = [_both(mine, theirs) for mine in self.names for theirs in other.names]
        return _tidy(self.name + TIMES + other.name, names, self.codes * len(other.names) + other.codes)


def columns_of(conditions: Sequence[Mapping[str, str]]) -> list[Column]:
    """Every column that one of the rows has."""
    columns = []
    for name in dict.fromkeys(name for row in conditions for name in row):
        values = [row.get(name, NOT_STATED) for row in conditions]
        kept = {value for value, _ in Counter(values).most_common(MOST_VALUES)} | {NOT_STATED}
        told = [value if value in kept else OTHERS for value in values]
        columns.append(_tidy(name, list(dict.fromkeys(told)), numbered(told)))
    return columns


def _both(mine: str, theirs: str) -> str:
    for value in (mine, theirs):
        if value in LEFT_OUT:
            return value
    return mine + TIMES + theirs


def _tidy(name: str, names: Sequence[str], codes: Indices) -> Column:
    """Each name once, in order, and only those that occur."""
    there = {names[int(code)] for code in np.unique(codes)}
    order = sorted(there, key=lambda value: (value in LEFT_OUT, value))
    place = {value: at for at, value in enumerate(order)}
    moved = np.array([place.get(value, 0) for value in names], dtype=np.int64)
    return Column(name, order, moved[codes] if len(moved) else codes)
