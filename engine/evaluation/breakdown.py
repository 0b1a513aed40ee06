"""What one global threshold does to each part of the data, by light, angle, age … Pure.

A rate is taken for each value of a column of conditions: what fairlearn's `MetricFrame` calls `by_group`. Values with
too few rows are shown and marked, and have no part in gaps.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from engine.evaluation.conditions import LEFT_OUT, TIMES, Column, columns_of
from engine.evaluation.gaps import RESAMPLES, Gap, Rate, Subjects, largest_gap
from engine.evaluation.pairs import Mask, Numbers, Pairs, numbered
from engine.evaluation.report import Table

FMR, FNMR, ACCURACY = "FMR", "FNMR", "accuracy"
FEWEST, FEWEST_SUBJECTS = 30, 5
"""Decisions and subjects that a value needs to have a part in a gap: our choice. One person is no age group, and of
thirty decisions without an error the true rate may still be a tenth (rule of three, Hanley & Lippman-Hand 1983)."""
MOST_COMBINATIONS = 20
"""Of two columns."""


@dataclass(frozen=True)
class Cell:
    """One value of a column, and what it came to by rate."""

    column: str
    value: str
    counts: dict[str, int]
    """Decisions."""
    subjects: dict[str, int]
    rates: dict[str, float | None]
    """None without decisions."""
    told: frozenset[str]
    """Rates for which it has enough rows to have a part in the gap."""


@dataclass(frozen=True)
class Breakdown:
    """Every cell, and the largest gap of each column and rate."""

    overall: dict[str, float | None]
    counts: dict[str, int]
    """Decisions in all."""
    cells: list[Cell]
    gaps: list[Gap]
    notes: list[str]

    def largest(self, *rates: str) -> Gap | None:
        """The largest gap by a single column, in any of these rates; in any at all where none is named."""
        single = [gap for gap in self.gaps if TIMES not in gap.column and (not rates or gap.rate in rates)]
        return max(single, key=lambda gap: gap.size, default=None)

    @property
    def sentence(self) -> str:
        """What it comes to: the largest gap in each rate."""
        found = [gap.sentence for name in self.overall if (gap := self.largest(name))]
        if not found:
            return "Fairness is not measured: no column of conditions has two values with enough rows."
        return f"The largest gap is {'; and '.join(found)}."


def breakdown_of_pairs(
    pairs: Pairs,
    scores: Numbers,
    conditions: Sequence[Mapping[str, str]],
    subjects: Sequence[Hashable],
    *,
    threshold: float,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Breakdown:
    """False matches (FMR) and false non-matches (FNMR) at one threshold; `conditions` and `subjects` are per picture.

    A pair has a value when both of its pictures have it, as NIST compares within groups (NISTIR 8280); pairs across
    two values are a cell of their own.
    """
    accepted = np.asarray(scores) >= threshold
    rates = [Rate(FMR, ~pairs.genuine, accepted), Rate(FNMR, pairs.genuine, ~accepted)]
    columns = [column.of_pairs(pairs) for column in columns_of(conditions)]
    of = numbered(subjects)
    return _breakdown(rates, columns, Subjects(of[pairs.first], of[pairs.second]), resamples, seed)


def breakdown_of_rows(
    right: Sequence[bool] | Mask,
    conditions: Sequence[Mapping[str, str]],
    subjects: Sequence[Hashable] | None = None,
    *,
    rate: str = ACCURACY,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Breakdown:
    """The part of the rows that is right. Each row has one true label, so that this is also the recall of the cell's
    rows. `subjects` names what stands or falls together; None: each row alone.
    """
    hits = np.asarray(right, dtype=bool)
    of = numbered(range(len(hits)) if subjects is None else subjects)
    rates = [Rate(rate, np.ones_like(hits), hits, errors=False)]
    return _breakdown(rates, columns_of(conditions), Subjects(of, of), resamples, seed)


def _breakdown(
    rates: Sequence[Rate], columns: Sequence[Column], subjects: Subjects, resamples: int, seed: int
) -> Breakdown:
    parts = [(column, _cells(column, rates, subjects)) for column in columns]
    crossed = [column.crossed(other) for column, other in combinations(columns, 2)]
    full = [(column, [cell for cell in _cells(column, rates, subjects) if cell.told]) for column in crossed]
    full = [(column, cells) for column, cells in full if any(len(_rates(cells, rate)) > 1 for rate in rates)]
    full.sort(key=lambda part: -min(cell.counts[name] for cell in part[1] for name in cell.told))
    parts += full[:MOST_COMBINATIONS]
    gaps = [
        largest_gap(column, _rates(cells, rate), rate, subjects, resamples=resamples, seed=seed)
        for column, cells in parts
        for rate in rates
    ]
    notes = []
    if len(full) > MOST_COMBINATIONS:
        notes.append(f"Of {len(full)} combinations of two conditions {MOST_COMBINATIONS} are shown, fullest first.")
    return Breakdown(
        overall={rate.name: _share((rate.counts & rate.hits).sum(), rate.counts.sum()) for rate in rates},
        counts={rate.name: int(rate.counts.sum()) for rate in rates},
        cells=[cell for _, cells in parts for cell in cells],
        gaps=[gap for gap in gaps if gap],
        notes=notes,
    )


def _cells(column: Column, rates: Sequence[Rate], subjects: Subjects) -> list[Cell]:
    size = len(column.names)
    counts, hits, seen = {}, {}, {}
    for rate in rates:
        of = column.codes[rate.counts]
        counts[rate.name] = np.bincount(of, minlength=size)
        hits[rate.name] = np.bincount(column.codes[rate.counts & rate.hits], minlength=size)
        there = np.zeros((size, subjects.count), dtype=bool)
        there[of, subjects.first[rate.counts]] = there[of, subjects.second[rate.counts]] = True
        seen[rate.name] = there.sum(axis=1)
    return [
        Cell(
            column=column.name,
            value=value,
            counts={name: int(of[at]) for name, of in counts.items()},
            subjects={name: int(of[at]) for name, of in seen.items()},
            rates={name: _share(of[at], counts[name][at]) for name, of in hits.items()},
            told=frozenset(
                name
                for name in counts
                if value not in LEFT_OUT and counts[name][at] >= FEWEST and seen[name][at] >= FEWEST_SUBJECTS
            ),
        )
        for at, value in enumerate(column.names)
    ]


def _rates(cells: Sequence[Cell], rate: Rate) -> dict[str, float]:
    """By value, where there are enough rows."""
    return {
        cell.value: value for cell in cells if rate.name in cell.told and (value := cell.rates[rate.name]) is not None
    }


def _share(hits: int, of: int) -> float | None:
    return float(hits / of) if of else None


def breakdown_tables(found: Breakdown, *, threshold: float | None = None) -> list[Table]:
    """The largest gaps, and every cell, as tables of the report."""
    at = "" if threshold is None else f" All at one threshold, {threshold:.4g}."
    names = list(found.overall)
    cells: list[list[Any]] = [["(all)", "", *_flat([found.counts[name], found.overall[name]] for name in names), ""]]
    for cell in found.cells:
        thin = [name for name in names if name not in cell.told]
        mark = "" if not thin else "left out" if cell.value in LEFT_OUT else f"too few: {', '.join(thin)}"
        cells.append([cell.column, cell.value, *_flat([cell.counts[name], cell.rates[name]] for name in names), mark])
    return [
        Table(
            "Largest gaps",
            ["condition", "rate", "worst", "its rate", "best", "rate of the best", "gap", "95 % interval", "ratio"],
            [
                [
                    gap.column, gap.rate, gap.worst, gap.worst_value, gap.best, gap.best_value, gap.size,
                    "{:.3g} – {:.3g}".format(*gap.interval) if gap.interval else "", gap.ratio,
                ]
                for gap in found.gaps
            ],
            note=f"{found.sentence}{at} Intervals hold for every two values of a column at once.",
        ),
        Table(
            "Breakdown by conditions",
            ["condition", "value", *_flat([f"decisions ({name})", name] for name in names), "gaps"],
            cells,
            note=" ".join(
                [
                    f"Values with fewer than {FEWEST} decisions or {FEWEST_SUBJECTS} subjects have no part in gaps.",
                    *found.notes,
                ]
            ),
        ),
    ]  # fmt: skip


def _flat(parts: Iterable[Sequence[Any]]) -> list[Any]:
    return [one for part in parts for one in part]
