"""Every picture is decoded once, some at a time; what is kept of each is a few hundred numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.allowance import usable_cpus
from engine.curation import blur, descriptors
from engine.curation.exposure import LEVELS, levels
from engine.curation.hashing import Hashes, perceptual_hash
from engine.curation.reading import Grey, Unreadable, read_grey
from engine.curation.small_pictures import SmallPictures

Numbers = NDArray[np.float32]
Tick = Callable[[int, int], None]
MOST_THREADS = 8
STEP = 128
"""Pictures under way at once: what is decoded is dropped before the next ones are."""
MOST_COPIES = 2000
"""Pictures of which a blurred copy is made to learn from."""
LEAST_CONTRAST = 0.004
"""Standard deviation below which a picture shows nothing: one step of 8 bits."""


@dataclass(frozen=True)
class Measured:
    """Numbers of pictures, one row each. A picture that could not be read has zeros and a word of why."""

    unreadable: dict[int, str]
    hashes: Hashes
    even: NDArray[np.bool_]
    """Pictures that show nothing: they are like each other and no duplicates."""
    deep: NDArray[np.bool_]
    """More than 8 bits."""
    levels: Numbers
    """(pictures, LEVELS), `engine.curation.exposure`."""
    laplacian: Numbers
    sharpness: Numbers
    """(pictures, blur.FEATURES)"""
    copies: Numbers
    """(copied, blur.FEATURES): of blurred copies."""
    copied: NDArray[np.int64]
    appearance: Numbers
    edges: Numbers
    small: SmallPictures


@dataclass(frozen=True)
class _One:
    hash: np.uint64
    even: bool
    deep: bool
    levels: Numbers
    laplacian: float
    sharpness: Numbers
    copy: Numbers | None
    appearance: Numbers
    edges: Numbers


def measure(paths: Sequence[Path], *, seed: int = 13, tick: Tick = lambda done, total: None) -> Measured:
    """Measure pictures. `tick` hears of the progress."""
    count = len(paths)
    wanted = np.random.default_rng(seed).permutation(count)[:MOST_COPIES]
    to_copy = set(wanted.tolist())
    unreadable: dict[int, str] = {}
    made = Measured(
        unreadable,
        np.zeros(count, dtype=np.uint64),
        np.ones(count, dtype=bool),
        np.zeros(count, dtype=bool),
        np.zeros((count, LEVELS), dtype=np.float32),
        np.zeros(count, dtype=np.float32),
        np.zeros((count, blur.FEATURES), dtype=np.float32),
        np.zeros((count, blur.FEATURES), dtype=np.float32),
        np.zeros(count, dtype=np.int64),
        np.zeros((count, descriptors.APPEARANCE), dtype=np.float32),
        np.zeros((count, descriptors.EDGES), dtype=np.float32),
        SmallPictures(count),
    )
    copied: list[int] = []
    for at, one in _each(paths, to_copy, seed, made.small, tick):
        if isinstance(one, str):
            unreadable[at] = one
            continue
        made.hashes[at], made.even[at], made.deep[at] = one.hash, one.even, one.deep
        made.levels[at], made.laplacian[at], made.sharpness[at] = one.levels, one.laplacian, one.sharpness
        made.appearance[at], made.edges[at] = one.appearance, one.edges
        if one.copy is not None:
            made.copies[len(copied)] = one.copy
            copied.append(at)
    kept = np.array(copied, dtype=np.int64)
    return Measured(
        **{**vars(made), "copies": made.copies[: len(kept)], "copied": kept},
    )


def _each(
    paths: Sequence[Path], to_copy: set[int], seed: int, small: SmallPictures, tick: Tick
) -> Iterator[tuple[int, _One | str]]:
    def look(at: int) -> _One | str:
        try:
            grey, one = _measured(paths[at], np.random.default_rng((seed, at)) if at in to_copy else None)
            small.put(at, grey)
            return one
        except Unreadable as problem:
            return str(problem)

    with ThreadPoolExecutor(max(1, min(MOST_THREADS, usable_cpus()))) as pool:
        for start in range(0, len(paths), STEP):
            numbers = range(start, min(start + STEP, len(paths)))
            yield from zip(numbers, pool.map(look, numbers), strict=True)
            tick(numbers.stop, len(paths))


def _measured(path: Path, source: np.random.Generator | None) -> tuple[Grey, _One]:
    grey, deep = read_grey(path)
    spread = levels(grey)
    # A thermal camera may fill a hundredth of its 16 bits: what is looked for does not depend on how much.
    low, high = float(grey.min()), float(grey.max())
    seen = (grey - low) / np.float32(max(high - low, 1e-6)) if deep else grey
    even = bool(seen.std() < LEAST_CONTRAST)
    copy = None
    if source is not None and not even:
        copy = blur.sharpness_features(blur.blurred_copy(seen, source))
    return seen, _One(
        perceptual_hash(seen),
        even,
        deep,
        spread,
        blur.laplacian_variance(seen),
        blur.sharpness_features(seen),
        copy,
        descriptors.appearance(seen),
        descriptors.edges(seen),
    )
