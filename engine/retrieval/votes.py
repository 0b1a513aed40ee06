"""The label of a query by what its neighbours say, and how good a ranking of neighbours is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from engine.linear_head import Matrix, Numbers
from engine.retrieval.neighbours import NONE, Neighbours

Rule = Literal["majority", "rank-weighted", "distance-weighted"]
RULES: tuple[Rule, ...] = get_args(Rule)
"""The simplest first."""
UNKNOWN = -1
"""Number of a label that no reference has."""


@dataclass(frozen=True, eq=False)
class Votes:
    """What the neighbours of each query say. (queries,) each."""

    labels: Numbers
    """The label with most votes; of equal ones that of the nearest neighbour. `UNKNOWN` without neighbours."""
    shares: Matrix
    """Its part of all votes, 0 to 1."""
    margins: Matrix
    """By how much its part is greater than that of the next label, 0 to 1."""
    nexts: Numbers
    """The next label; `UNKNOWN` where all neighbours agree."""


def numbered(labels: Sequence[str], names: Sequence[str] | None = None) -> tuple[list[str], Numbers]:
    """The names of labels in order, and the number of each label; `UNKNOWN` for one that is not among given names."""
    ordered = sorted(set(labels)) if names is None else list(names)
    numbers = {name: number for number, name in enumerate(ordered)}
    return ordered, np.array([numbers.get(label, UNKNOWN) for label in labels], np.int64)


def weights(neighbours: Neighbours, rule: Rule) -> Matrix:
    """(queries, k): the vote of each neighbour.

    `distance-weighted` falls evenly from 1 for the nearest to 0 for the farthest (Dudani 1976, IEEE SMC-6), which
    asks for no scale of similarities; where all are equally near each has one vote. `rank-weighted` is 1 / rank.
    """
    there = neighbours.positions != NONE
    if rule == "majority":
        return there.astype(np.float64)
    if rule == "rank-weighted":
        return there / np.arange(1, there.shape[1] + 1)
    alike = neighbours.similarities.astype(np.float64)
    least = np.where(there, alike, np.inf).min(axis=1, initial=np.inf, keepdims=True)
    most = np.where(there, alike, -np.inf).max(axis=1, initial=-np.inf, keepdims=True)
    with np.errstate(invalid="ignore"):
        spread, above = most - least, alike - least
    even = ~(spread > 0)
    return np.where(there, np.where(even, 1.0, above / np.where(even, 1.0, spread)), 0.0)


def vote(neighbours: Neighbours, reference_labels: Numbers, rule: Rule = "majority") -> Votes:
    """Count the votes of the neighbours; `reference_labels` holds the number of each reference's label."""
    if not neighbours.positions.size:
        empty = np.full(len(neighbours.positions), UNKNOWN)
        return Votes(empty, np.zeros(len(empty)), np.zeros(len(empty)), empty.copy())
    labels = labels_of(neighbours, reference_labels)
    given = weights(neighbours, rule)
    totals = np.zeros(labels.shape)
    for column in range(labels.shape[1]):
        totals += (labels == labels[:, column, None]) * given[:, column, None]
    # Rounded, so that the order in which equal votes were summed decides nothing.
    totals = np.where(labels == UNKNOWN, -1.0, np.round(totals, 9))
    rows = np.arange(len(labels))
    best = totals.argmax(axis=1)
    winners = labels[rows, best]
    others = np.where(labels == winners[:, None], -1.0, totals)
    second = others.argmax(axis=1)
    runner_up = np.maximum(others[rows, second], 0)
    all_votes = given.sum(axis=1)
    whole = np.where(all_votes > 0, all_votes, 1.0)
    shares = np.where(winners == UNKNOWN, 0.0, np.minimum(totals[rows, best] / whole, 1.0))
    return Votes(
        winners,
        shares,
        np.maximum(shares - runner_up / whole, 0.0),
        np.where(others[rows, second] >= 0, labels[rows, second], UNKNOWN),
    )


def shares_by_label(
    neighbours: Neighbours, reference_labels: Numbers, rule: Rule = "majority"
) -> list[dict[int, float]]:
    """The part of the votes that each label has, the greatest first, equal ones by their nearest neighbour; a
    dictionary for each query."""
    found = []
    for labels, given in zip(labels_of(neighbours, reference_labels), weights(neighbours, rule), strict=True):
        totals: dict[int, float] = {}
        for label, weight in zip(labels.tolist(), given.tolist(), strict=True):
            if label != UNKNOWN:
                totals[label] = totals.get(label, 0.0) + weight
        whole = sum(totals.values()) or 1.0
        ordered = sorted(totals.items(), key=lambda item: -round(item[1], 9))
        found.append({label: total / whole for label, total in ordered})
    return found


def labels_of(neighbours: Neighbours, reference_labels: Numbers) -> Numbers:
    """(queries, k): the label of each neighbour, `UNKNOWN` where there is none."""
    if not len(reference_labels):
        return np.full(neighbours.positions.shape, UNKNOWN)
    found: Numbers = np.where(
        neighbours.positions == NONE, UNKNOWN, reference_labels[np.maximum(neighbours.positions, 0)]
    )
    return found


def accuracy(votes: Votes, labels: Numbers) -> float:
    """Part of the queries that get their own label; 0 without queries. A query of an unknown label is never right."""
    right = (votes.labels == labels) & (labels != UNKNOWN)
    return float(right.mean()) if len(right) else 0.0


def average_precisions(
    neighbours: Neighbours, reference_labels: Numbers, labels: Numbers, relevant: Numbers
) -> Matrix:
    """AP@k of each query: the precisions up to each of its relevant neighbours, summed and divided by the smaller of
    k and `relevant`, how many references a query could find; NaN where it could find none.

    Source: the mAP@k of the Google Landmarks retrieval challenge (Weyand et al. 2020, arXiv 2004.01804).
    """
    hits = (labels_of(neighbours, reference_labels) == labels[:, None]) & (labels != UNKNOWN)[:, None]
    ranks = np.arange(1, hits.shape[1] + 1)
    precisions = np.cumsum(hits, axis=1) / ranks
    wanted = np.minimum(relevant, hits.shape[1])
    sums = (precisions * hits).sum(axis=1)
    return np.where(wanted > 0, sums / np.maximum(wanted, 1), np.nan)


def relevant_references(
    reference_labels: Numbers,
    labels: Numbers,
    *,
    query_groups: Numbers | None = None,
    reference_groups: Numbers | None = None,
) -> Numbers:
    """How many references of its own label each query may find: those of its own group do not count."""
    classes = int(max(reference_labels.max(initial=0), labels.max(initial=0))) + 1
    counts = np.bincount(reference_labels[reference_labels >= 0], minlength=classes)
    found = np.where(labels == UNKNOWN, 0, counts[np.maximum(labels, 0)])
    if query_groups is None or reference_groups is None:
        return found
    pairs: dict[tuple[int, int], int] = {}
    for pair in zip(reference_groups.tolist(), reference_labels.tolist(), strict=True):
        pairs[pair] = pairs.get(pair, 0) + 1
    own = [
        pairs.get(pair, 0) if pair[0] >= 0 else 0 for pair in zip(query_groups.tolist(), labels.tolist(), strict=True)
    ]
    return found - np.array(own, np.int64)
