"""How often pairs are accepted at each threshold: false accepts (FAR) against true ones (TAR). Pure.

A pair is accepted when its score, the larger the more alike, is at or above the threshold.
Words: ISO/IEC 19795-1 calls FAR of one comparison FMR, and 1 - TAR FNMR.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.bootstrap import Indices
from engine.evaluation.pairs import Mask, Numbers
from engine.evaluation.report import Table

FARS = (1e-2, 1e-3)
LEAST_FALSE_ACCEPTS = 10
"""Impostor pairs that a false-accept rate must rest on, or it is not told: with ten the rate itself is known to about
a factor of two. (Doddington et al. 2000 ask for thirty, the "rule of 30": ± 30 % at 90 %.)"""
SHOWN_FARS = (
    *(base * 10.0**exponent for exponent in range(-5, -1) for base in (1.0, 2.0, 5.0)),
    *(step / 20 for step in range(2, 21)),
)
"""Rows of the table: three to a decade up to 0.1, then by 0.05."""


@dataclass(frozen=True)
class Roc:
    """The exact curve: one point before any pair is accepted, then one per score that occurs."""

    thresholds: Numbers
    """(points,) falling; the first is just above every score."""
    far: Numbers
    """(points,) part of the impostor pairs that is accepted, rising from 0 to 1."""
    tar: Numbers
    """(points,) part of the genuine pairs that is accepted, rising from 0 to 1."""
    genuine: int
    """How many pairs it rests on."""
    impostor: int

    @property
    def auc(self) -> float:
        """Area under the curve by trapezoids, which counts ties half: the chance that a genuine pair is more alike
        than an impostor one (Hanley & McNeil 1982)."""
        return float(np.trapezoid(self.tar, self.far))

    @property
    def eer(self) -> float:
        """The rate where false accepts and false rejects are equally many, on straight lines between the points."""
        ahead = self.far - (1 - self.tar)
        after = int(np.argmax(ahead >= 0))
        before = after - 1
        part = -ahead[before] / (ahead[after] - ahead[before])
        return float(self.far[before] + part * (self.far[after] - self.far[before]))

    @property
    def overlap(self) -> float:
        """The least sum of false accepts and false rejects that one threshold can have: 1 - Youden's J (1950).

        Where the two distributions cross once this is their overlap coefficient (Inman & Bradley 1989); no bins.
        """
        return float(np.min(self.far + 1 - self.tar))

    def tar_at(self, far: float) -> float:
        """The largest part of the genuine pairs that is accepted while FAR stays at or below `far`."""
        return float(self.tar[self._at(far)])

    def threshold_for(self, far: float) -> float:
        """The lowest threshold at which FAR stays at or below `far`; just above every score where none else does."""
        return float(self.thresholds[self._at(far)])

    def shows(self, far: float) -> bool:
        """Whether there are impostor pairs enough to tell this rate."""
        # 1000 pairs at 0.01 are ten, whatever the multiplication makes of it.
        return self.impostor * far >= LEAST_FALSE_ACCEPTS - 1e-9

    def _at(self, far: float) -> int:
        return int(np.searchsorted(self.far, far, side="right")) - 1


@dataclass(frozen=True)
class Ranked:
    """Pairs by falling score, so that curves of many resamples need no sorting."""

    order: Indices
    genuine: Mask
    ends: Indices
    """The last pair of each score that occurs: pairs of one score are accepted together."""
    scores: Numbers

    @staticmethod
    def of(scores: Numbers, genuine: Mask) -> Ranked:
        """Raises ValueError for scores that are not finite."""
        scores = np.asarray(scores, dtype=np.float64)
        if not np.isfinite(scores).all():
            raise ValueError("scores of pairs must be finite numbers")
        order = np.argsort(-scores, kind="stable")
        falling = scores[order]
        last = np.flatnonzero(np.append(falling[1:] != falling[:-1], True)) if len(falling) else order
        return Ranked(order=order, genuine=np.asarray(genuine, dtype=bool)[order], ends=last, scores=falling)

    def curve(self, weights: Numbers | None = None) -> Roc | None:
        """The curve when each pair counts `weights` times, in the order that the scores came in.

        None without pairs of either kind.
        """
        counted = np.ones(len(self.order)) if weights is None else weights[self.order]
        true = np.cumsum(np.where(self.genuine, counted, 0.0))[self.ends]
        false = np.cumsum(np.where(self.genuine, 0.0, counted))[self.ends]
        if not len(true) or not true[-1] or not false[-1]:
            return None
        return Roc(
            thresholds=np.append(np.nextafter(self.scores[0], np.inf), self.scores[self.ends]),
            far=np.append(0.0, false / false[-1]),
            tar=np.append(0.0, true / true[-1]),
            genuine=int(self.genuine.sum()),
            impostor=int((~self.genuine).sum()),
        )


def roc(genuine: Sequence[float] | Numbers, impostor: Sequence[float] | Numbers) -> Roc | None:
    """The curve of these scores; None where one kind has none. Raises ValueError for scores that are not finite."""
    scores = np.concatenate([np.asarray(genuine, dtype=np.float64), np.asarray(impostor, dtype=np.float64)])
    return Ranked.of(scores, np.arange(len(scores)) < len(genuine)).curve()


def roc_table(curves: Mapping[str, Roc], *, title: str = "ROC") -> Table:
    """True accepts at rising false-accept rates, a column for each curve: before and after, models side by side.

    Rates that a curve has too few impostor pairs for stay empty.
    """
    areas = ", ".join(f"{name} {curve.auc:.4f}" for name, curve in curves.items())
    return Table(
        title,
        ["FAR", *curves],
        [
            [far, *(curve.tar_at(far) if curve.shows(far) else None for curve in curves.values())]
            for far in SHOWN_FARS
            if any(curve.shows(far) for curve in curves.values())
        ],
        note=(
            "Part of the genuine pairs that is accepted (TAR) at the threshold that accepts at most this part of the "
            f"impostor pairs (FAR). Area under the curve: {areas}."
        )
        if curves
        else "There are no pairs to draw it from.",
        figure="roc",
    )
