"""Whether two samples come from the same source: tests whose false alarms are as frequent as stated.

All are permutation tests: where the samples are exchangeable, P(p ≤ α) ≤ α for every α and every sample size,
whatever the inputs look like. They are not exchangeable where inputs come in bursts of near-copies (frames of one
video): then a window holds less than it seems, and alarms are more frequent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.profiles.triggers import MOST_RESAMPLES

Vectors = NDArray[np.floating]
"""(inputs, dimensions)."""
Statistic = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""(inputs, permutations) of marks, 1 for a recent input and 0 for another → (permutations,): the larger, the less
alike."""
MOST_INPUTS = 500
"""Of either sample: more are thinned out, so that a test takes about a second."""
_ENOUGH = 20
"""Permutations at least as extreme as what was seen, after which no more are drawn."""
_AT_ONCE = 500
FOLDS = 5
BINS = 10
_TINY = 1e-12
_SPREAD = 1e-5
"""Of the largest value; vectors are kept in half precision."""


@dataclass(frozen=True)
class Shift:
    """What a test says."""

    p: float
    """Chance of something as extreme where nothing changed."""
    value: float
    """How large the difference is, in the test's own measure."""
    permutations: int


def mmd(reference: Vectors, recent: Vectors, seed: int = 0) -> Shift:
    """Maximum mean discrepancy with a Gaussian kernel as wide as the median distance (Gretton et al. 2012) between
    the inputs' principal components, the strong ones made weaker: else many numbers that say the same drown a few
    that say something else. `value` is its unbiased square, 0 where nothing changed."""
    pooled, marks = _pooled(reference, recent, seed)
    pooled = _evened(pooled)
    squares = (pooled**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares[None, :] - 2 * pooled @ pooled.T, 0)
    upper = distances[np.triu_indices(len(pooled), 1)]
    width = float(np.median(upper)) or float(upper.mean()) or 1.0
    kernel = np.exp(-distances / width).astype(np.float32)
    np.fill_diagonal(kernel, 0.0)
    recents = int(marks.sum())
    others = len(marks) - recents

    def unbiased(drawn: NDArray[np.float32]) -> NDArray[np.floating]:
        towards = kernel @ drawn
        within = (drawn * towards).sum(axis=0)
        across = towards.sum(axis=0) - within
        rest = kernel.sum() - within - 2 * across
        found: NDArray[np.floating] = (
            within / (recents * (recents - 1)) + rest / (others * (others - 1)) - 2 * across / (recents * others)
        )
        return found

    return _permuted(unbiased, marks, seed)


def classifier(reference: Vectors, recent: Vectors, seed: int = 0) -> Shift:
    """Whether a linear classifier (ridge regression) tells recent inputs from the others in folds that it has not
    learnt from (Lopez-Paz & Oquab 2017). What is tested is the difference of its mean scores, which sees more than
    the right answers alone; `value` is the area under its ROC curve, 0.5 where nothing changed."""
    pooled, marks = _pooled(reference, recent, seed)
    scores = _scores_from_marks(pooled, np.random.default_rng([seed, 1]))
    recents = int(marks.sum())
    others = len(marks) - recents

    def told_apart(drawn: NDArray[np.float32]) -> NDArray[np.floating]:
        scored = scores @ (drawn - recents / len(marks))
        own = (drawn * scored).sum(axis=0)
        found: NDArray[np.floating] = own / recents - (scored.sum(axis=0) - own) / others
        return found

    tested = _permuted(told_apart, marks, seed)
    return Shift(tested.p, _auc(scores @ (marks - recents / len(marks)), marks), tested.permutations)


def psi(reference: NDArray[np.floating], recent: NDArray[np.floating], seed: int = 0) -> Shift:
    """Population stability index of numbers such as confidences, over ten parts that hold as many of the reference
    each. By itself it grows with chance in small samples, so `p` says whether the numbers moved at all: by Cramér and
    von Mises' distance of the two distributions (Anderson 1962), which sees more than ten parts do."""
    parts = [_thinned(reference[:, None], seed)[:, 0], _thinned(recent[:, None], seed + 1)[:, 0]]
    pooled = np.concatenate(parts).astype(np.float64)
    marks = _marks(len(parts[0]), len(parts[1]))
    order = np.argsort(pooled, kind="stable")
    ordered = pooled[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    ties = np.diff(ends, prepend=-1).astype(np.float32)
    recents, others = float(marks.sum()), float(len(marks) - marks.sum())

    def distance(drawn: NDArray[np.float32]) -> NDArray[np.floating]:
        inside = np.cumsum(drawn[order], axis=0)[ends]
        outside = (ends + 1)[:, None].astype(np.float32) - inside
        found: NDArray[np.floating] = ties @ (inside / recents - outside / others) ** 2
        return found

    tested = _permuted(distance, marks, seed)
    return Shift(tested.p, _stability(parts[0], parts[1]), tested.permutations)


def _permuted(statistic: Statistic, marks: NDArray[np.float32], seed: int) -> Shift:
    """p-value by permutations of the marks, drawn until it is clear (Besag & Clifford 1991: valid all the same)."""
    rng = np.random.default_rng([seed, 2])
    seen = float(statistic(marks[:, None])[0])
    # Sums of single precision differ in their last digits with the order; what is equal counts as extreme.
    limit = seen - 1e-6 * abs(seen)
    drawn = extreme = 0
    while drawn < MOST_RESAMPLES:
        count = min(_AT_ONCE, MOST_RESAMPLES - drawn)
        dealt = rng.permuted(np.repeat(marks[:, None], count, axis=1), axis=0)
        reached = statistic(dealt) >= limit
        if extreme + int(reached.sum()) >= _ENOUGH:
            at = int(np.flatnonzero(np.cumsum(reached) >= _ENOUGH - extreme)[0])
            return Shift(_ENOUGH / (drawn + at + 1), seen, drawn + at + 1)
        drawn, extreme = drawn + count, extreme + int(reached.sum())
    return Shift((extreme + 1) / (drawn + 1), seen, drawn)


def _pooled(reference: Vectors, recent: Vectors, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both samples, thinned, every dimension with mean 0 and variance 1, and which of them is recent."""
    if min(len(reference), len(recent)) < 2 or reference.shape[1:] != recent.shape[1:]:
        raise ValueError(f"samples of {reference.shape} and {recent.shape} cannot be tested against each other")
    parts = [_thinned(reference, seed), _thinned(recent, seed + 1)]
    pooled = np.concatenate(parts).astype(np.float64)
    pooled -= pooled.mean(axis=0)
    spread = pooled.std(axis=0)
    # A dimension that never changes has a spread of rounding errors, which must not become one of its own.
    pooled *= np.where(spread > _SPREAD * np.abs(np.concatenate(parts)).max(axis=0), 1 / np.maximum(spread, _TINY), 0)
    return pooled.astype(np.float32), _marks(len(parts[0]), len(parts[1]))


def _evened(pooled: NDArray[np.float32]) -> NDArray[np.float32]:
    """Principal components divided by their spread, with as much variance as a component has on average added: about
    alike where there is much, left small where there is hardly any. It does not know which input is recent."""
    covariance = pooled.T.astype(np.float64) @ pooled / len(pooled)
    variances, components = np.linalg.eigh(covariance)
    weights = 1 / np.sqrt(np.maximum(variances, 0) + max(float(variances.mean()), _TINY))
    evened: NDArray[np.float32] = (pooled @ (components * weights).astype(np.float32)).astype(np.float32)
    return evened


def _marks(others: int, recents: int) -> NDArray[np.float32]:
    return np.concatenate([np.zeros(others, dtype=np.float32), np.ones(recents, dtype=np.float32)])


def _thinned(sample: Vectors, seed: int) -> Vectors:
    if len(sample) <= MOST_INPUTS:
        return sample
    chosen = np.random.default_rng([seed, 3]).choice(len(sample), MOST_INPUTS, replace=False)
    return sample[np.sort(chosen)]


def _scores_from_marks(pooled: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """(inputs, inputs): what maps marks to scores, each by a ridge regression on the folds that it is not in. Its
    penalty is as large as the inputs' mean square, in their number."""
    count, dimensions = pooled.shape
    fold = rng.permutation(count) % FOLDS
    scores = np.zeros((count, count), dtype=np.float32)
    for number in range(FOLDS):
        own, rest = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        known = pooled[rest].astype(np.float64)
        penalty = max(_TINY, float((known**2).sum() / dimensions))
        solved = np.linalg.solve(known.T @ known + penalty * np.eye(dimensions), known.T)
        scores[np.ix_(own, rest)] = pooled[own] @ solved
    return scores


def _auc(scores: NDArray[np.floating], marks: NDArray[np.float32]) -> float:
    """Mann and Whitney's: how often a recent input scores above another, ties counted half."""
    order = np.argsort(scores, kind="stable")
    _, start, counts = np.unique(scores[order], return_index=True, return_counts=True)
    ranks = np.empty(len(scores))
    ranks[order] = np.repeat(start + (counts + 1) / 2, counts)
    recents = float(marks.sum())
    others = len(marks) - recents
    return float((ranks[marks == 1].sum() - recents * (recents + 1) / 2) / (recents * others))


def _stability(reference: NDArray[np.floating], recent: NDArray[np.floating]) -> float:
    """The index. Half an input is added to every part, so that an empty one does not make it infinite."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, BINS + 1)[1:-1]))
    counts = [
        np.bincount(np.searchsorted(edges, one, side="right"), minlength=len(edges) + 1)
        for one in (reference, recent)
    ]
    before, now = ((count + 0.5) / (count + 0.5).sum() for count in counts)
    return float(((now - before) * np.log(now / before)).sum())
