"""Two pictures laid upon each other: how much their own fine detail agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.curation.reading import Grey, resized

SIDE = 112
"""Longer side at which pictures are laid upon each other."""
SHIFT = 0.06
"""Part of a side by which one may be shifted."""
LEARNT_FROM = 600
"""Pictures from which it is learnt what all have in common."""
_LEAST_LEARNT = 30
_COMPONENTS = 5
_COMMON_SIDE = 48
_BAND = 0.8, 2.0
"""Standard deviations in pixels between which detail is compared: what is finer is noise, and lost in a JPEG."""
_TRIED = 10
_UNLIKE_SHAPES = 0.1
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


def agreement(one: Grey, other: Grey, common: CommonDetail | None = None) -> float:
    """How much two pictures agree where they lie best upon each other, -1 to 1.

    The smallest of three correlations over what they share: of the pictures, of their fine detail, and of that
    without what the data set has in common. Of other shapes (cropped) they do not agree.
    """
    if one.shape != other.shape:
        if abs(np.log(one.shape[0] * other.shape[1] / (one.shape[1] * other.shape[0]))) > _UNLIKE_SHAPES:
            return 0.0
        rows, columns = (min(pair) for pair in zip(one.shape, other.shape, strict=True))
        one, other = resized(one, columns, rows), resized(other, columns, rows)
    fine_one, fine_other = _fine(one), _fine(other)
    shifts = _likely_shifts(fine_one, fine_other)
    found = [
        (_correlation(_shared(fine_one, down, right), _shared(fine_other, -down, -right)), down, right)
        for down, right in shifts
    ]
    fine, down, right = max(found)
    shared_one, shared_other = _shared(one, down, right), _shared(other, -down, -right)
    coarse = _correlation(shared_one, shared_other)
    if common is None:
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


def _likely_shifts(one: Grey, other: Grey) -> list[tuple[int, int]]:
    """By cross-correlation, the likeliest first."""
    from scipy import fft

    rows, columns = one.shape
    size = fft.next_fast_len(2 * rows, real=True), fft.next_fast_len(2 * columns, real=True)
    crossed = fft.irfft2(fft.rfft2(one, size) * np.conj(fft.rfft2(other, size)), size)
    most_down, most_right = max(1, round(SHIFT * rows)), max(1, round(SHIFT * columns))
    if rows <= 2 * most_down + 2 or columns <= 2 * most_right + 2:
        return [(0, 0)]
    downs = [*range(most_down + 1), *range(-most_down, 0)]
    rights = [*range(most_right + 1), *range(-most_right, 0)]
    inside = crossed[np.ix_(downs, rights)].ravel()
    best = np.argsort(-inside)[:_TRIED]
    return [(downs[at // len(rights)], rights[at % len(rights)]) for at in best.tolist()]


def _shared(grey: Grey, down: int, right: int) -> Grey:
    rows, columns = grey.shape
    return grey[max(0, down) : rows + min(0, down), max(0, right) : columns + min(0, right)]


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / max(np.sqrt(float((one**2).sum()) * float((other**2).sum())), _TINY))
