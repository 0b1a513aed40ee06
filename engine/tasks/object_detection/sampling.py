"""Repeats images that show rare classes, as a list that is the same each time it is made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import numpy as np


def repeat_factors(classes: Sequence[set[str]], *, threshold: float, limit: float) -> list[float]:
    """How often each image should be seen in an epoch: max over its classes of √(threshold / part), at least 1.

    `classes` holds the classes that each image shows; part is how many images show a class (Gupta et al. 2019,
    arXiv 1908.03195, §4.3).
    """
    shown = Counter(label for labels in classes for label in labels)
    of_class = {label: (threshold * len(classes) / count) ** 0.5 for label, count in shown.items()}
    return [min(limit, max([1.0, *(of_class[label] for label in labels)])) for labels in classes]


def repeated(factors: Sequence[float], *, seed: int) -> list[int]:
    """Every image as often as its factor says; a fraction is drawn once for the whole run, so that every epoch is
    as long as the others."""
    whole = np.floor(factors).astype(int)
    extra = np.random.default_rng((seed, 7)).random(len(whole)) < np.asarray(factors) - whole
    return np.repeat(np.arange(len(whole)), whole + extra).tolist()


def fingerprint(images: Sequence[int]) -> str:
    """Names a list of images in the log, so that two runs can be compared."""
    return hashlib.sha256(",".join(map(str, images)).encode()).hexdigest()[:12]
