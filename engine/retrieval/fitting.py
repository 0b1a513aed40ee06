"""Similarities that are fitted to labelled vectors: centred, diagonal, whitened."""

from __future__ import annotations

import numpy as np

from engine.evaluation.calibrators import folds, splits
from engine.linear_head import Matrix, Numbers, Vectors
from engine.retrieval.neighbours import nearest_to_each_other
from engine.retrieval.similarity import Kind, Similarity, normalised
from engine.retrieval.votes import UNKNOWN, average_precisions, relevant_references

STEPS = 200
BATCH = 512
"""Vectors that a step compares with each other."""
RATE = 0.05
HELD_TO_EVEN = 1e-2
"""Penalty on weights (their logarithms) that differ from each other: few labels cannot tell hundreds apart."""
SHRINKAGES = (0.01, 0.03, 0.1, 0.3, 0.6)
"""Parts of a ball in the covariance that whitens."""
SAMPLE = 2000
RANKED = 10
ZERO = 1e-12


def fit_similarity(
    kind: Kind, vectors: Vectors, labels: Numbers, *, groups: Numbers | None = None, seed: int = 0
) -> Similarity:
    """A similarity of this kind for training vectors whose labels are numbers (`UNKNOWN` is left out).

    With groups, vectors of one group are no evidence of each other: pictures of a sequence are alike anyway.
    Raises ValueError for vectors that are not finite.
    """
    if not np.isfinite(vectors).all():
        raise ValueError("a vector is not finite")
    unit = normalised(vectors).astype(np.float64)
    if kind == "centred" and len(unit):
        return Similarity("centred", mean=unit.mean(axis=0).astype(np.float32))
    known = labels != UNKNOWN
    seen, named, own = unit[known], labels[known], groups[known] if groups is not None else None
    if kind == "whitened":
        return Similarity(kind, matrix=_whitening(kind, seen, named, own, seed).astype(np.float32))
    if kind == "whitened-cosine" and len(unit):
        matrix = _whitening(kind, seen, named, own, seed).astype(np.float32)
        return Similarity(kind, mean=unit.mean(axis=0).astype(np.float32), matrix=matrix)
    if kind == "diagonal":
        return Similarity("diagonal", scale=_weights(seen, named, own, seed).astype(np.float32))
    return Similarity(kind if kind in ("l2", "ip") else "cosine")


def _whitening(kind: Kind, vectors: Matrix, labels: Numbers, groups: Numbers | None, seed: int) -> Matrix:
    """The inverse root of the covariance within classes, shrunk towards a ball: by the part of SHRINKAGES that ranks
    halves of the vectors best by what was fitted to the other half. Distance 1 is what two of a class have on average
    (root mean square)."""
    whole = _axes(vectors, labels)
    if whole is None:
        return np.eye(vectors.shape[1])
    some = np.random.default_rng(seed).permutation(len(vectors))[:SAMPLE]
    fold = folds(len(some), groups=groups[some] if groups is not None else None, seed=seed, count=2)
    marks = np.zeros(len(SHRINKAGES))
    for inside, rest in splits(fold):
        fitted = _axes(vectors[some[rest]], labels[some[rest]])
        if fitted is None:
            continue
        asked, named = vectors[some[inside]].astype(np.float32), labels[some[inside]]
        own = groups[some[inside]] if groups is not None else None
        mean = vectors[some[rest]].mean(axis=0).astype(np.float32) if kind == "whitened-cosine" else None
        for number, part in enumerate(SHRINKAGES):
            tried = Similarity(kind, mean=mean, matrix=_inverse_root(*fitted, part).astype(np.float32))
            marks[number] += _ranking(tried, asked, named, own)
    matrix = _inverse_root(*whole, SHRINKAGES[int(marks.argmax())])
    residuals, classes = _within(vectors, labels)
    return matrix / np.sqrt(_spread(residuals @ matrix, classes))


def _axes(vectors: Matrix, labels: Numbers) -> tuple[Matrix, Matrix] | None:
    """Variances within classes and their directions; None where no class has two that differ."""
    residuals, classes = _within(vectors, labels)
    if len(residuals) <= classes or not residuals.any():
        return None
    values, axes = np.linalg.eigh(residuals.T @ residuals / (len(residuals) - classes))
    return np.maximum(values, 0), axes


def _inverse_root(variances: Matrix, axes: Matrix, shrinkage: float) -> Matrix:
    shrunk = (1 - shrinkage) * variances + shrinkage * variances.mean()
    made: Matrix = (axes / np.sqrt(shrunk)) @ axes.T
    return made


def _ranking(similarity: Similarity, vectors: Vectors, labels: Numbers, groups: Numbers | None) -> float:
    """How well vectors rank each other: mean AP@RANKED, each left out of what it is asked of."""
    own = np.arange(len(vectors)) if groups is None else groups
    found = nearest_to_each_other(vectors, RANKED, similarity=similarity, groups=groups)
    relevant = relevant_references(labels, labels, query_groups=own, reference_groups=own)
    marks = average_precisions(found, labels, labels, relevant)
    return float(np.nanmean(marks)) if np.isfinite(marks).any() else 0.0


def _weights(vectors: Matrix, labels: Numbers, groups: Numbers | None, seed: int) -> Matrix:
    """The root of each dimension's weight: how a neighbour drawn by nearness is likeliest of the own class.

    Neighbourhood components analysis (Goldberger et al. 2004) with a diagonal matrix, its weights kept positive as
    exponentials; batches and Adam. Distance 1 is what two of a class have on average.
    """
    residuals, classes = _within(vectors, labels)
    if len(residuals) <= classes or not residuals.any() or len(np.unique(labels)) < 2:
        return np.ones(vectors.shape[1])
    source = np.random.default_rng(seed)
    # Nearness falls by e within what two of a class are apart: neither is one neighbour all, nor are all alike.
    start = -np.log(_spread(residuals, classes))
    logs = np.full(vectors.shape[1], start)
    first, second = np.zeros_like(logs), np.zeros_like(logs)
    for step in range(1, STEPS + 1):
        batch = source.permutation(len(vectors))[:BATCH]
        slope = _slope(vectors[batch], labels[batch], groups[batch] if groups is not None else None, np.exp(logs))
        slope += HELD_TO_EVEN * (logs - logs.mean()) / len(logs)
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        logs -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    roots = np.exp(logs / 2)
    return roots / np.sqrt(_spread(residuals * roots, classes))


def _slope(vectors: Matrix, labels: Numbers, groups: Numbers | None, weights: Matrix) -> Matrix:
    """Gradient, by the logarithm of each weight, of the mean log-probability of another class."""
    weighted = vectors * weights
    squares = (weighted * vectors).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * weighted @ vectors.T
    barred = np.eye(len(vectors), dtype=bool) if groups is None else groups[:, None] == groups[None, :]
    np.fill_diagonal(barred, True)
    near = np.where(barred, -np.inf, -distances)
    same = (labels[:, None] == labels[None, :]) & ~barred
    asked = same.any(axis=1)
    near, same = near[asked], same[asked]
    if not len(near):
        return np.zeros(vectors.shape[1])
    chances = np.exp(near - near.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    own = np.where(same, chances, 0) + np.where(same, ZERO, 0)
    pull = (own / own.sum(axis=1, keepdims=True) - chances) / len(near)
    left, right = pull.sum(axis=1), pull.sum(axis=0)
    some = vectors[asked]
    sums = left @ some**2 + right @ vectors**2 - 2 * (some * (pull @ vectors)).sum(axis=0)
    slope: Matrix = weights * sums
    return slope


def _within(vectors: Matrix, labels: Numbers) -> tuple[Matrix, int]:
    """Vectors less the mean of their class, of classes with two at least, and how many classes these are."""
    names, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
    means = np.zeros((len(names), vectors.shape[1]))
    np.add.at(means, numbers, vectors)
    means /= counts[:, None]
    several = counts[numbers] > 1
    return (vectors - means[numbers])[several], int((counts > 1).sum())


def _spread(residuals: Matrix, classes: int) -> float:
    """Mean squared distance between two of a class."""
    return float(2 * (residuals**2).sum() / (len(residuals) - classes)) + ZERO
