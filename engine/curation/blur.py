"""Which pictures are blurred, judged beside the data set's own pictures and blurred copies of them.

One threshold on the variance of the Laplacian fails where pictures differ in what they show: a smooth thing has a low
one however sharp it is. So each picture is described by how fast its detail falls off, which hardly depends on what
is shown, and a logistic head learns from the data set itself to tell pictures as they are from copies blurred by the
lens (a disk) or by motion (a line). The falling off is measured as in Crété-Roffet et al., The Blur Effect (SPIE
2007): a sharp picture loses much by blurring it again, a blurred one little; and by the energy of derivatives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.curation.reading import Grey

Numbers = NDArray[np.float32]
FEATURES = 12
LEAST_PICTURES = 24
"""Below that there is too little to learn from."""
_WIDTHS = (3, 5, 9)
_FOLDS = 5
_TINY = 1e-7


def laplacian_variance(grey: Grey) -> float:
    """Variance of the Laplacian on a scale of 0 to 255, of the reduced picture (Pech-Pacheco et al. 2000)."""
    return float(_laplacian(grey).var()) * 255**2


def sharpness_features(grey: Grey) -> Numbers:
    """(FEATURES,): how the detail falls off along each axis, the blunter axis first; then in both together."""
    axes = np.array([_along(grey, axis) for axis in (0, 1)])
    together = _laplacian(grey).var()
    again = _laplacian(_smoothed(grey)).var()
    lost = np.log(max(1 - again / (together + _TINY), 1e-3))
    relative = np.log(together / (grey.var() + _TINY) + 1e-6)
    return np.concatenate([axes.min(axis=0), axes.max(axis=0), [lost, relative]]).astype(np.float32)


def blurred_copy(grey: Grey, source: np.random.Generator) -> Grey:
    """The picture out of focus (a disk of radius 1.5 to 4 pixels) or moved (4 to 10 pixels in any direction)."""
    from scipy import ndimage

    kernel = _disk(source.uniform(1.5, 4)) if source.random() < 0.5 else _line(source.uniform(4, 10), source)
    copy: Grey = ndimage.convolve(grey, kernel.astype(np.float32), mode="nearest")
    return (np.rint(copy * 255) / 255).astype(np.float32)


def blur_probabilities(features: Numbers, copies: Numbers, copied: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each picture how probable it is to be a blurred one, were half of them, by heads that did not see it.

    `features` (pictures × FEATURES); `copies` those of blurred copies of the pictures numbered `copied`. Pictures of
    which there is no copy are judged by every head, and get the mean.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    logits = np.zeros((len(features), 2))
    fold = np.full(len(features), -1)
    fold[copied] = np.arange(len(copied)) % _FOLDS
    for number in range(_FOLDS):
        rest = fold[copied] != number
        known = np.concatenate([features[copied[rest]], copies[rest]])
        truth = np.repeat([0, 1], int(rest.sum()))
        head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(known, truth)
        out = (fold == number) | (fold == -1)
        logits[out] += np.stack([head.decision_function(features[out]), np.ones(int(out.sum()))], axis=1)
    mean = logits[:, 0] / np.maximum(1, logits[:, 1])
    probabilities: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(mean, -50, 50)))
    return probabilities


def _along(grey: Grey, axis: int) -> list[float]:
    from scipy import ndimage

    first, second, third = (np.diff(grey, times, axis=axis) for times in (1, 2, 3))
    slopes = np.abs(first)
    total = float(slopes.sum()) + _TINY
    lost = []
    for width in _WIDTHS:
        again = ndimage.uniform_filter1d(grey, width, axis=axis, mode="nearest")
        lost.append(float(np.maximum(0, slopes - np.abs(np.diff(again, axis=axis))).sum()) / total)
    energies = [float(np.mean(part**2)) if part.size else 0.0 for part in (first, second, third)]
    falls = [np.log(energies[at + 1] / (energies[at] + _TINY) + 1e-6) for at in (0, 1)]
    return [*lost, *falls]


def _laplacian(grey: Grey) -> Grey:
    """Four neighbours less four times the pixel; where a picture has no inside, nothing."""
    if min(grey.shape) < 3:
        return np.zeros((1, 1), dtype=np.float32)
    inside = grey[1:-1, 1:-1]
    around: Grey = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inside
    return around


def _smoothed(grey: Grey) -> Grey:
    from scipy import ndimage

    smooth: Grey = ndimage.gaussian_filter(grey, 1, mode="nearest", truncate=3)
    return smooth


def _disk(radius: float) -> NDArray[np.float64]:
    y, x = np.mgrid[-4:5, -4:5]
    inside = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return inside / inside.sum()


def _line(length: float, source: np.random.Generator) -> NDArray[np.float64]:
    angle = source.uniform(0, np.pi)
    y, x = np.mgrid[-5:6, -5:6]
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    inside = np.clip(length / 2 + 0.5 - np.abs(along), 0, 1) * np.clip(1 - np.abs(across), 0, 1)
    return inside / inside.sum()
