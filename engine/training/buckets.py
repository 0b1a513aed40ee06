"""Batches of alike length: less padding, same examples, order still random.

Examples are shuffled, cut into megabatches, sorted by length inside each, cut into batches, and the
batches are shuffled. A globally sorted order would make neighbours too alike and hurt convergence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def length_buckets(
    lengths: Sequence[int], batch_size: int, *, seed: int, epoch: int, megabatch: int = 50
) -> list[list[int]]:
    """Indices of every example exactly once, in batches of alike length.

    The same (seed, epoch) gives the same batches: a resumed epoch goes on where it was. `megabatch`
    is how many batches are sorted together (transformers' LengthGroupedSampler uses 50). The batch
    that holds the longest example comes first in epoch 0, so that a lack of memory shows at once.
    """
    order = np.random.default_rng((seed, epoch)).permutation(len(lengths))
    size = batch_size * megabatch
    batches: list[list[int]] = []
    for start in range(0, len(order), size):
        chunk = sorted(order[start : start + size].tolist(), key=lambda index: -lengths[index])
        batches += [chunk[at : at + batch_size] for at in range(0, len(chunk), batch_size)]
    shuffled = np.random.default_rng((seed, epoch, 1)).permutation(len(batches))
    batches = [batches[index] for index in shuffled]
    if epoch == 0 and batches:
        longest = max(range(len(batches)), key=lambda at: max(lengths[index] for index in batches[at]))
        batches.insert(0, batches.pop(longest))
    return batches


def longest_batch(lengths: Sequence[int], batch_size: int) -> list[int]:
    """The `batch_size` longest examples: what needs the most memory."""
    return sorted(range(len(lengths)), key=lambda index: -lengths[index])[:batch_size]


def shuffled_batches(lengths: Sequence[int], batch_size: int, *, seed: int, epoch: int) -> list[list[int]]:
    """Indices of every example exactly once, in batches of random company."""
    order = np.random.default_rng((seed, epoch)).permutation(len(lengths)).tolist()
    return [order[at : at + batch_size] for at in range(0, len(order), batch_size)]
