"""Labels that look wrong: confident learning with cleanlab, on probabilities of heads that did not see the row.

Doubt alone says little where classes are hard to tell: a head that is right in every third case doubts most labels.
So it is estimated how many of the doubted labels are wrong: labels are flipped at random, and where a flipped label
stands on the scale of doubt is compared with where the given ones stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.active_learning.label_errors import agreement
from engine.linear_head import fit_linear, softmax

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]
FOLDS = 5
LEAST_OF_A_CLASS = 3
"""Rows of a class below which a head that lacks one of them knows nothing of it."""
WRONG = 0.05
"""Part of the labels that is taken to be wrong, at most: ten test sets of public data have 3.4 % on average, up to
10 % (Northcutt, Athalye & Mueller, Pervasive Label Errors in Test Sets, NeurIPS 2021)."""
REGULARIZATION = 3.0
_FLIPS = 20
_LANDMARKS = 300


@dataclass(frozen=True)
class Doubt:
    """A label that heads which never saw it contradict."""

    at: int
    likely: int
    given_probability: float
    likely_probability: float
    wrong: float
    """Estimated part of wrong labels among those as doubtful as this, or more."""


@dataclass(frozen=True)
class Doubts:
    """What heads say of the labels."""

    found: tuple[Doubt, ...]
    """The most doubtful first."""
    agreed: float
    """Part of the labels that they give, too."""
    judged: int
    """Labels of classes with enough rows."""


def doubts(vectors: Vectors, labels: Labels, groups: Labels, *, threshold: float, seed: int = 13) -> Doubts:
    """Labels (0, 1 …) of which `threshold` or more are estimated to be wrong. Rows of a group share a fold."""
    counts = np.bincount(labels)
    judged = np.flatnonzero(counts[labels] >= LEAST_OF_A_CLASS)
    kinds, own = np.unique(labels[judged], return_inverse=True)
    if len(kinds) < 2:
        return Doubts((), 1.0, 0)
    probabilities = out_of_fold(vectors[judged], own, groups[judged], seed=seed)
    found = _doubted(probabilities, own, threshold, seed)
    named = [Doubt(int(judged[at]), int(kinds[likely]), given, top, wrong) for at, likely, given, top, wrong in found]
    return Doubts(tuple(named), agreement(probabilities, own), len(judged))


def out_of_fold(vectors: Vectors, labels: Labels, groups: Labels, *, seed: int) -> Probabilities:
    """Rows × classes. Of two heads, a logistic one on the vectors and one on their likeness to landmarks (Williams &
    Seeger, Using the Nyström Method, 2001), the one that agrees with more labels speaks."""
    fold = folds_of(labels, groups, seed=seed)
    answers = [_answers(prepared, labels, fold) for prepared in (vectors, _by_likeness(vectors, seed))]
    return max(answers, key=lambda one: agreement(one, labels))


def folds_of(labels: Labels, groups: Labels, *, seed: int) -> Labels:
    """A fold for each row; a group is kept whole, unless it is all that there is of a class (a person whose name is
    the label): then its rows are spread."""
    from sklearn.model_selection import StratifiedGroupKFold

    own = groups.copy()
    fresh = int(groups.max(initial=0)) + 1
    for label in np.unique(labels):
        inside = np.flatnonzero(labels == label)
        if len(np.unique(groups[inside])) < 2:
            own[inside] = fresh + np.arange(len(inside))
            fresh += len(inside)
    folds = min(FOLDS, len(np.unique(own)))
    fold = np.zeros(len(labels), dtype=np.int64)
    splitter = StratifiedGroupKFold(max(2, folds), shuffle=True, random_state=seed)
    for number, (_, out) in enumerate(splitter.split(own, labels, own)):
        fold[out] = number
    return fold


def _answers(vectors: Vectors, labels: Labels, fold: Labels) -> Probabilities:
    probabilities = np.zeros((len(labels), int(labels.max()) + 1))
    for number in np.unique(fold):
        out, rest = fold == number, fold != number
        known = np.unique(labels[rest])
        head = fit_linear(vectors[rest], labels[rest], regularization=REGULARIZATION, tolerance=1e-3)
        probabilities[np.ix_(np.flatnonzero(out), known)] = softmax(head.logits(vectors[out]))
    return probabilities


def _by_likeness(vectors: Vectors, seed: int) -> Vectors:
    from sklearn.kernel_approximation import Nystroem

    likeness = Nystroem(gamma=1.0, n_components=min(_LANDMARKS, len(vectors)), random_state=seed)
    found = likeness.fit_transform(vectors)
    return (found * np.sqrt(len(found) / max(float((found**2).sum()), 1e-9)) * 3).astype(np.float32)


def _doubted(
    probabilities: Probabilities, labels: Labels, threshold: float, seed: int
) -> list[tuple[int, int, float, float, float]]:
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    # Every class has some probability, and every label is judged on one scale.
    smooth = np.clip(probabilities, 1e-6, None)
    smooth /= smooth.sum(axis=1, keepdims=True)
    quality = get_label_quality_scores(labels, smooth, method="normalized_margin")
    flipped = _flipped_quality(smooth, labels, seed)
    suspects = find_label_issues(
        labels, smooth, filter_by="predicted_neq_given", return_indices_ranked_by="normalized_margin", n_jobs=1
    )
    wrong = _estimated_wrong(np.sort(quality), flipped)
    likely = smooth.argmax(axis=1)
    found = []
    for at in suspects.tolist():
        part = float(wrong[np.searchsorted(np.sort(quality), quality[at], side="right") - 1])
        if part >= threshold:
            found.append((at, int(likely[at]), float(smooth[at, labels[at]]), float(smooth[at, likely[at]]), part))
    return found


def _flipped_quality(probabilities: Probabilities, labels: Labels, seed: int) -> NDArray[np.float64]:
    from cleanlab.rank import get_label_quality_scores

    source, classes = np.random.default_rng(seed), probabilities.shape[1]
    drawn = [(labels + source.integers(1, classes, len(labels))) % classes for _ in range(_FLIPS)]
    scores = [get_label_quality_scores(one, probabilities, method="normalized_margin") for one in drawn]
    return np.sort(np.concatenate(scores))


def _estimated_wrong(quality: NDArray[np.float64], flipped: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each of the sorted `quality` the part of wrong labels among all up to it, falling along the scale."""
    share = np.arange(1, len(quality) + 1) / len(quality)
    as_flipped = np.searchsorted(flipped, quality, side="right") / len(flipped)
    # No more labels can be wrong than there are as doubtful as flipped ones.
    known = as_flipped > 0.2
    most = min(WRONG, float((share[known] / as_flipped[known]).min())) if known.any() else WRONG
    part = np.minimum(1, most * as_flipped / share)
    return np.maximum.accumulate(part[::-1])[::-1]
