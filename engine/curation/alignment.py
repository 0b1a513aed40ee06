"""Two pictures laid upon each other: how much their own fine detail agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.curation.reading import Grey, resized

SHIFT = 0.06
"""Part of a side by which one may be shifted."""
LEARNT_FROM = 600
"""Pictures from which it is learnt what all have in common."""
_LEAST_LEARNT = 30
_COMPONENTS = 5
_COMMON_SIDE = 48
_BAND = 0.8, 2.0
"""Standard deviations in pixels between which detail is compared: what is finer is noise, and lost in a JPEG."""
_TRIED = 4
_UNLIKE_SHAPES = 0.1
_HOPELESS = 0.6
"""Part of the wanted correlation that the whole detail must reach: shifted copies share less than all of it."""
_TINY = 1e-9


@dataclass(frozen=True)
class CommonDetail:
    """Fine detail that many pictures of a data set show at the same place, as the frame of every solar module."""

    mean: NDArray[np.float32]
    components: NDArray[np.float32]

    def without(self, fine: NDArray[np.float32]) -> NDArray[np.float32]:
        """What is a picture's own."""
        own = fine - self.mean
        rest: NDArray[np.float32] = own - self.components.T @ (self.components @ own)
        return rest


@dataclass(frozen=True)
class Detailed:
    """A picture with its fine detail, ready to be laid upon others."""

    grey: Grey
    fine: Grey
    spectrum: NDArray[np.complex64]
    size: tuple[int, int]
    """Of the spectrum's padded picture."""
    strength: float


def common_detail(pictures: Sequence[Grey]) -> CommonDetail | None:
    """The mean and the five principal components of the fine detail; None of too few pictures."""
    if len(pictures) < _LEAST_LEARNT:
        return None
    details = np.stack([_in_common_size(picture) for picture in pictures])
    mean = details.mean(axis=0)
    own = details - mean
    # Components of few pictures of many pixels come from the small matrix of their products.
    _, vectors = np.linalg.eigh(own @ own.T)
    strongest = vectors[:, ::-1][:, :_COMPONENTS].T @ own
    lengths = np.linalg.norm(strongest, axis=1, keepdims=True)
    return CommonDetail(mean, (strongest / np.maximum(lengths, _TINY)).astype(np.float32))


def detailed(grey: Grey) -> Detailed:
    """What is worked out once for each picture."""
    from scipy import fft

    fine = _fine(grey)
    rows, columns = grey.shape
    size = fft.next_fast_len(2 * rows, real=True), fft.next_fast_len(2 * columns, real=True)
    return Detailed(grey, fine, fft.rfft2(fine, size).astype(np.complex64), size, float(np.linalg.norm(fine)))


def agreement(one: Detailed, other: Detailed, common: CommonDetail | None = None, *, at_least: float = -1.0) -> float:
    """How much two pictures agree where they lie best upon each other, -1 to 1.

    The smallest of three correlations over what they share: of their fine detail, of the pictures, and of the detail
    without what the data set has in common. Pairs that cannot reach `at_least` get what is known of them so far. Of
    other shapes (cropped) they do not agree.
    """
    if one.grey.shape != other.grey.shape:
        (height, width), (tall, wide) = one.grey.shape, other.grey.shape
        if abs(np.log(height * wide / (width * tall))) > _UNLIKE_SHAPES:
            return 0.0
        columns, rows = min(width, wide), min(height, tall)
        one, other = (detailed(resized(picture.grey, columns, rows)) for picture in (one, other))
    found = [
        (_correlation(_shared(one.fine, down, right), _shared(other.fine, -down, -right)), down, right)
        for down, right in _likely_shifts(one, other, at_least)
    ]
    if not found:
        return -1.0
    fine, down, right = max(found)
    if fine < at_least:
        return fine
    shared_one, shared_other = _shared(one.grey, down, right), _shared(other.grey, -down, -right)
    coarse = _correlation(shared_one, shared_other)
    if common is None or coarse < at_least:
        return min(fine, coarse)
    own = _correlation(common.without(_in_common_size(shared_one)), common.without(_in_common_size(shared_other)))
    return min(fine, coarse, own)


def _fine(grey: Grey) -> Grey:
    from scipy import ndimage

    finer, coarser = (ndimage.gaussian_filter(grey, spread, mode="nearest") for spread in _BAND)
    detail: Grey = finer - coarser
    return detail


def _in_common_size(grey: Grey) -> NDArray[np.float32]:
    detail = _fine(resized(np.ascontiguousarray(grey), _COMMON_SIDE, _COMMON_SIDE)).ravel()
    return detail / max(float(np.linalg.norm(detail)), 1e-6)


def _likely_shifts(one: Detailed, other: Detailed, at_least: float) -> list[tuple[int, int]]:
    """By cross-correlation; none where even the best is far below `at_least`."""
    from scipy import fft

    rows, columns = one.fine.shape
    most_down, most_right = max(1, round(SHIFT * rows)), max(1, round(SHIFT * columns))
    if rows <= 2 * most_down + 2 or columns <= 2 * most_right + 2:
        return [(0, 0)]
    crossed = fft.irfft2(one.spectrum * np.conj(other.spectrum), one.size)
    downs = [*range(most_down + 1), *range(-most_down, 0)]
    rights = [*range(most_right + 1), *range(-most_right, 0)]
    inside = crossed[np.ix_(downs, rights)].ravel()
    if inside.max() < _HOPELESS * at_least * one.strength * other.strength:
        return []
    best = np.argsort(-inside)[:_TRIED]
    return [(downs[at // len(rights)], rights[at % len(rights)]) for at in best.tolist()]


def _shared(grey: Grey, down: int, right: int) -> Grey:
    rows, columns = grey.shape
    return grey[max(0, down) : rows + min(0, down), max(0, right) : columns + min(0, right)]


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    # Sums and products of vectors: this is called some times for each pair, and `mean` takes longer than the rest.
    own, its = one.ravel(), other.ravel()
    own, its = own - own.sum() / own.size, its - its.sum() / its.size
    return float(own @ its) / max(float(own @ own) * float(its @ its), _TINY**2) ** 0.5
