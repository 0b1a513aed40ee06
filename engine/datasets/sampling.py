"""Randomness and sizes: the same seed makes the same dataset in every process and on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

TRAIN_SHARE, VALIDATION_SHARE = 0.7, 0.2
"""Of all rows; the rest is the test split."""

T = TypeVar("T")


def stream(seed: int, *names: str) -> Random:
    """A random source of its own for each purpose: drawing more in one place changes nothing elsewhere.

    The names are hashed with SHA-256, because Python's `hash` of a string differs between processes.
    """
    digest = hashlib.sha256("\0".join((str(seed), *names)).encode()).digest()
    return Random(int.from_bytes(digest[:16], "big"))


def split_sizes(rows: int) -> tuple[int, int, int]:
    """Rows of train, validation and test: 70/20/10, none of them empty from three rows on."""
    if rows < 3:
        raise ValueError(f"{rows} rows cannot be split into train, validation and test")
    validation = max(1, round(rows * VALIDATION_SHARE))
    test = max(1, round(rows * (1 - TRAIN_SHARE - VALIDATION_SHARE)))
    return rows - validation - test, validation, test


def in_turn(items: Sequence[T], random: Random) -> Iterator[T]:
    """Every item once in random order, then again in another order, without end; nothing where there is none."""
    while items:
        yield from random.sample(items, len(items))


def quotas(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers that add up to `total` in proportion to `shares` (largest remainder)."""
    exact = [share * total / sum(shares) for share in shares]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (counts[index] - exact[index], index))
    for index in by_remainder[: total - sum(counts)]:
        counts[index] += 1
    return counts
