"""Perceptual hashes: 64 bits that stay when a picture is encoded anew, resized or made brighter."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.curation.reading import Grey, resized

Hashes = NDArray[np.uint64]
BITS = 64
_SIDE, _LOW = 32, 8
_CHUNK_CELLS = 4 << 20
"""Pairs whose distances are in memory at once."""


def perceptual_hash(grey: Grey) -> np.uint64:
    """Which of the 64 lowest frequencies of the picture (a DCT of 32 × 32) are above their median.

    The constant part is no frequency: its bit is 0, so brightness does not count (Zauner, Implementation and
    Benchmarking of Perceptual Image Hash Functions, 2010).
    """
    from scipy.fft import dctn

    low = dctn(resized(grey, _SIDE, _SIDE), norm="ortho")[:_LOW, :_LOW].ravel()
    above = low > np.median(low[1:])
    above[0] = False
    return np.packbits(above).view(np.uint64)[0]


def pairs_within(hashes: Hashes, most: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    """Pairs (first < second) whose hashes differ in `most` bits or fewer, with how many; in blocks of bounded size,
    each of some hashes with all later ones.

    Every pair is counted, some million at once. Bands of bits that near hashes must share spare next to nothing where
    a dozen of 64 may differ: they would be five bits long. 50,000 hashes are 1.25 billion pairs: seconds.
    """
    step = max(1, _CHUNK_CELLS // max(1, len(hashes)))
    for start in range(0, len(hashes), step):
        block = hashes[start : start + step, None] ^ hashes[None, start:]
        bits = np.bitwise_count(block)
        rows, columns = np.nonzero(bits <= most)
        later = columns > rows
        rows, columns = rows[later], columns[later]
        if len(rows):
            yield np.stack([rows, columns], axis=1) + start, bits[rows, columns]
