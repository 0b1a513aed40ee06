"""Which similarity, how many neighbours and which votes answer validation queries best: measured, not assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.report import Table
from engine.linear_head import Matrix, Numbers, Vectors
from engine.retrieval.fitting import fit_similarity
from engine.retrieval.neighbours import Neighbours, nearest
from engine.retrieval.similarity import KINDS, Kind, Similarity
from engine.retrieval.votes import (
    RULES,
    UNKNOWN,
    Rule,
    average_precisions,
    relevant_references,
    vote,
)

KS = (1, 3, 5, 10, 20)
ERRORS = 2
"""Standard errors within which a simpler method stays: the best of some 90 on the same rows is flattered by more than
one. On folds of 1,320 solar modules the accuracy of what was chosen is 0.530 with one and 0.540 with two."""
RANKED = 10
"""Neighbours by which the ranking is measured: mAP@10."""
SHOWN = 20


@dataclass(frozen=True, eq=False)
class Embedded:
    """Vectors with what is known of them."""

    vectors: Vectors
    labels: Numbers
    groups: Numbers | None = None
    """What must not find itself: a sequence, a person, a day; negative for none."""


@dataclass(frozen=True, eq=False)
class Method:
    """How an answer is found."""

    similarity: Similarity
    k: int = 5
    rule: Rule = "majority"

    def __str__(self) -> str:
        return described(self.similarity.kind, self.k, self.rule)


@dataclass(frozen=True, eq=False)
class Measured:
    """A method on the validation queries."""

    kind: Kind
    k: int
    rule: Rule
    right: Matrix
    """(queries,) 1 or 0"""
    precisions: Matrix
    """(queries,) average precision at `RANKED`, NaN where nothing could be found."""

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    @property
    def mean_average_precision(self) -> float | None:
        """None where no query has a reference of its label."""
        known = self.precisions[np.isfinite(self.precisions)]
        return float(known.mean()) if len(known) else None


@dataclass(frozen=True, eq=False)
class Optimisation:
    """The winner, and what it was chosen from."""

    method: Method
    winner: Measured
    before: Measured
    """The method to begin with: cosine, 5 neighbours, a vote each."""
    candidates: list[Measured]
    """Best accuracy first."""
    reason: str

    def candidates_table(self) -> Table:
        """The best candidates, the winner and what there was before, for a report."""
        rows = []
        for place, one in enumerate(self.candidates):
            marks = [word for word, other in (("chosen", self.winner), ("before", self.before)) if one is other]
            if place < SHOWN or marks:
                measured = [one.accuracy, one.mean_average_precision]
                rows.append([one.kind, one.k, one.rule, *measured, ", ".join(marks)])
        columns = ["similarity", "neighbours", "votes", "accuracy", f"mAP@{RANKED}", ""]
        return Table("Similarity", columns, rows, note=self.reason)

    def classes_table(self, labels: Numbers, names: Sequence[str]) -> Table:
        """Accuracy of each class before and after; `labels` are those of the validation queries."""
        rows = []
        for number, name in enumerate(names):
            inside = labels == number
            if inside.any():
                before, after = float(self.before.right[inside].mean()), float(self.winner.right[inside].mean())
                rows.append([name, int(inside.sum()), before, after, after - before])
        note = f"Before: {_described(self.before)}; after: {_described(self.winner)}; on the validation split."
        return Table(
            "Classes before and after", ["class", "queries", "before", "after", "difference"], rows, note=note
        )


def optimise(
    references: Embedded,
    validation: Embedded,
    *,
    kinds: Sequence[Kind] = KINDS,
    ks: Sequence[int] = KS,
    rules: Sequence[Rule] = RULES,
    before: tuple[Kind, int, Rule] = ("cosine", 5, "majority"),
    seed: int = 0,
) -> Optimisation:
    """Measure every combination on the validation queries, similarities being fitted to the references, and choose.

    A query never gets a reference of its own group. Raises ValueError without queries or references.
    """
    if not len(references.vectors) or not len(validation.vectors):
        raise ValueError("similarities are chosen with references and validation queries")
    similarities, measured, fewest = {}, [], len(references.vectors)
    tried: dict[Kind, None] = dict.fromkeys((before[0], *kinds))
    for kind in tried:
        similarity = fit_similarity(kind, references.vectors, references.labels, groups=references.groups, seed=seed)
        similarities[kind] = similarity
        found = _neighbours(references, validation, similarity, max(*ks, before[1], RANKED))
        wanted = {(k, rule) for k in ks for rule in rules if k <= fewest} if kind in kinds else set()
        measured += measure(
            kind, found, references, validation, wanted | ({before[1:]} if kind == before[0] else set())
        )
    first = next(one for one in measured if (one.kind, one.k, one.rule) == before)
    winner, reason = choose(measured, first, validation.groups)
    ordered = sorted(
        measured, key=lambda one: (-one.accuracy, -(one.mean_average_precision or 0), *_order(one, first))
    )
    return Optimisation(Method(similarities[winner.kind], winner.k, winner.rule), winner, first, ordered, reason)


def measure(
    kind: Kind, found: Neighbours, references: Embedded, validation: Embedded, wanted: set[tuple[int, Rule]]
) -> list[Measured]:
    """Each `(k, rule)` on neighbours that were found; simple ones first."""
    relevant = relevant_references(
        references.labels,
        validation.labels,
        query_groups=validation.groups,
        reference_groups=references.groups,
    )
    precisions = average_precisions(found.first(RANKED), references.labels, validation.labels, relevant)
    made = []
    for k, rule in sorted(wanted, key=lambda one: (one[0], RULES.index(one[1]))):
        votes = vote(found.first(k), references.labels, rule)
        right = (votes.labels == validation.labels) & (validation.labels != UNKNOWN)
        made.append(Measured(kind, k, rule, right.astype(np.float64), precisions))
    return made


def choose(measured: Sequence[Measured], before: Measured, groups: Numbers | None) -> tuple[Measured, str]:
    """The winner and why. First come those whose accuracy is not worse than the best by more than two standard errors
    of the difference, of these those whose mAP is not, and of these the simplest: what there was before, else the
    simpler similarity, then as many neighbours and the votes of before."""
    best = max(measured, key=lambda one: (one.accuracy, one.mean_average_precision or 0))
    close = [one for one in measured if _not_worse(one.right, best.right, groups)]
    ranked = max(close, key=lambda one: (one.mean_average_precision or 0, one.accuracy))
    close = [one for one in close if _not_worse(one.precisions, ranked.precisions, groups)]
    winner = min(close, key=lambda one: (*_order(one, before), -one.accuracy))
    if winner is before:
        return winner, f"Nothing is better than {_described(before)} by more than two standard errors."
    near = f"the simplest within two standard errors of the best in accuracy, then in mAP@{RANKED}"
    reason = f"{_described(winner)}: {near}."
    return winner, reason


def described(kind: Kind, k: int, rule: Rule) -> str:
    """A method in words."""
    return f"{kind}, {k} neighbour{'s' if k > 1 else ''}, {rule}"


def standard_error(differences: Matrix, groups: Numbers | None) -> float:
    """Of their mean; rows of one group count as one that was seen often (cluster-robust: Liang & Zeger 1986)."""
    residuals = differences - differences.mean()
    if groups is not None:
        own = np.where(groups >= 0, groups, -1 - np.arange(len(groups)))
        numbers = np.unique(own, return_inverse=True)[1].reshape(-1)
        residuals = np.bincount(numbers, weights=residuals)
    seen = len(residuals)
    return float(np.sqrt((residuals**2).sum() * seen / max(1, seen - 1)) / len(differences))


def _neighbours(references: Embedded, validation: Embedded, similarity: Similarity, k: int) -> Neighbours:
    return nearest(
        validation.vectors,
        references.vectors,
        k,
        similarity=similarity,
        query_groups=validation.groups,
        reference_groups=references.groups,
    )


def _not_worse(values: Matrix, best: Matrix, groups: Numbers | None) -> bool:
    known = np.isfinite(values) & np.isfinite(best)
    if not known.any():
        return True
    differences = best[known] - values[known]
    error = standard_error(differences, groups[known] if groups is not None else None)
    return bool(differences.mean() <= ERRORS * error + 1e-12)


def _order(one: Measured, before: Measured) -> tuple[int, bool, bool, int, int]:
    """How far from simple: the simpler sorts first."""
    place = -1 if one.kind == before.kind else KINDS.index(one.kind)
    return place, one.k != before.k, one.rule != before.rule, RULES.index(one.rule), one.k


def _described(one: Measured) -> str:
    return described(one.kind, one.k, one.rule)
