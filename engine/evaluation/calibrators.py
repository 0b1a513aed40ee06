"""From a score to the probability of being right: temperature, Platt, beta and isotonic calibration, chosen by how
many rows there are and by how well each does on rows it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.logistic import fit_logistic, sigmoid
from engine.evaluation.report import Table
from engine.linear_head import Matrix, Numbers

Kind = Literal["temperature", "platt", "beta", "isotonic"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The simplest first."""
Right = NDArray[np.bool_]
PLATT_FROM = 100
ISOTONIC_FROM = 2000
"""Rows below which isotonic regression overfits: "too low (<<1000)" is scikit-learn's warning (`calibration.py`)."""
FOLDS = 5


@dataclass(frozen=True)
class Calibrator:
    """Turns log-odds of being right that are too sure or too timid into probabilities. It never turns the order of
    two scores round."""

    kind: Kind
    rows: int
    """How many it was fitted on."""
    slopes: list[float] = field(default_factory=list)
    """temperature: 1 / temperature; Platt: the slope; beta: those on ln p and on -ln(1 - p)."""
    intercept: float = 0.0
    scores: list[float] = field(default_factory=list)
    """Isotonic: log-odds, rising …"""
    shares: list[float] = field(default_factory=list)
    """… and how often such rows are right."""

    def probabilities(self, logits: Matrix) -> Matrix:
        """(rows,) of being right."""
        given = np.asarray(logits, np.float64)
        if self.kind == "isotonic":
            return np.interp(given, self.scores, self.shares)
        return sigmoid(_design(self.kind, given) @ np.asarray(self.slopes) + self.intercept)

    def check(self) -> None:
        """Raises ValueError for what was not fitted here: a file may hold anything."""
        wanted = {"temperature": 1, "platt": 1, "beta": 2, "isotonic": 0}[self.kind]
        numbers = [*self.slopes, self.intercept, *self.scores, *self.shares]
        points = len(self.scores)
        if len(self.slopes) != wanted or not np.isfinite(numbers).all() or len(self.shares) != points:
            raise ValueError(f"the calibrator is none of {self.kind}")
        if (points > 0) != (self.kind == "isotonic") or (np.diff(self.scores) < 0).any():
            raise ValueError("the calibrator's scores do not rise")


def fit(kind: Kind, logits: Matrix, right: Right) -> Calibrator:
    """Fit on the scores of rows and whether each is right; one row at least, or it raises ValueError.

    The truth is taken as Platt 1999 takes it, (right + 1) / (right + 2) and 1 / (wrong + 2): rows that are all right
    do not prove that the model always is. Sources: Guo et al. 2017 (arXiv 1706.04599) for temperature, Platt 1999,
    Kull, Silva Filho & Flach 2017 (beta, AISTATS), Zadrozny & Elkan 2002 (isotonic).
    """
    given, truth = np.asarray(logits, np.float64), np.asarray(right, bool)
    if not len(given):
        raise ValueError("a calibrator needs a row")
    if kind == "isotonic":
        return _isotonic(given, truth)
    count = int(truth.sum())
    targets = np.where(truth, (count + 1) / (count + 2), 1 / (len(truth) - count + 2))
    design, intercept = _design(kind, given), kind != "temperature"
    kept = np.arange(design.shape[1])
    slopes, offset = np.zeros(design.shape[1]), 0.0
    while len(kept) or intercept:
        found = fit_logistic(design[:, kept], targets, intercept=intercept)
        slopes[kept], offset = found[: len(kept)], float(found[-1]) if intercept else 0.0
        falling = slopes < 0
        if not falling.any():
            break
        # Kull et al. 2017: what would turn the order round is left out, and the rest fitted anew.
        slopes[:], kept = 0.0, kept[~falling[kept]]
    return Calibrator(kind, len(truth), slopes.tolist(), offset)


def allowed(rows: int) -> list[Kind]:
    """What so many rows suffice for."""
    if rows < PLATT_FROM:
        return ["temperature"]
    return ["temperature", "platt", "beta"] + (["isotonic"] if rows >= ISOTONIC_FROM else [])  # type: ignore[return-value]


@dataclass(frozen=True)
class Candidate:
    """A kind of calibration, measured on rows that it was not fitted on."""

    kind: Kind
    log_loss: float
    brier: float


@dataclass(frozen=True)
class Choice:
    """The calibrator, fitted on all rows, and what it was chosen from."""

    calibrator: Calibrator
    candidates: list[Candidate]
    reason: str

    def table(self) -> Table:
        """The candidates, for a report."""
        rows = [
            [("→ " if c.kind == self.calibrator.kind else "") + c.kind, c.log_loss, c.brier] for c in self.candidates
        ]
        return Table("Calibrators", ["kind", "log loss", "Brier score"], rows, note=self.reason)


def choose(
    logits: Matrix, right: Right, *, kind: Kind | None = None, groups: Numbers | None = None, seed: int = 0
) -> Choice:
    """Of the kinds that the rows suffice for, the one with the lowest cross-validated log loss; a simpler one stays
    where the difference is smaller than its standard error. A `kind` that is asked for is taken unseen. Rows of a
    group lie in the same fold."""
    truth = np.asarray(right, bool)
    if kind is not None:
        made = fit(kind, logits, truth)
        return Choice(made, _measured([kind], logits, truth, groups, seed)[0], f"{kind}: as it was asked for")
    kinds = allowed(len(truth))
    if len(kinds) == 1:
        reason = f"{len(truth)} rows suffice for temperature only: others need {PLATT_FROM}"
        made = fit("temperature", logits, truth)
        return Choice(made, _measured(kinds, logits, truth, groups, seed)[0], reason)
    candidates, losses = _measured(kinds, logits, truth, groups, seed)
    best = min(candidates, key=lambda candidate: candidate.log_loss)
    for candidate in candidates:  # the simplest first
        difference = losses[candidate.kind] - losses[best.kind]
        if difference.mean() <= difference.std() / np.sqrt(len(difference)):
            chosen = candidate
            break
    reason = f"{chosen.kind}: the lowest log loss on rows not fitted on, of {len(truth)}"
    if chosen.kind != best.kind:
        reason = f"{chosen.kind}: {best.kind} is better by less than one standard error on {len(truth)} rows"
    return Choice(fit(chosen.kind, logits, truth), candidates, reason)


def log_loss(probabilities: Matrix, right: Right) -> float:
    """Mean cross-entropy in nats; 0 is perfect, 0.693 is a coin."""
    return float(_losses(probabilities, right).mean())


def brier_score(probabilities: Matrix, right: Right) -> float:
    """Mean squared distance between probability and truth (Brier 1950); 0 is perfect, 0.25 is a coin."""
    return float(((np.asarray(probabilities) - np.asarray(right, float)) ** 2).mean())


def folds(rows: int, *, groups: Numbers | None = None, seed: int = 0, count: int = FOLDS) -> Numbers:
    """The fold of each row, from 0; those of one group in one fold. At least one row a fold, as far as there are."""
    named = np.arange(rows) if groups is None else np.unique(groups, return_inverse=True)[1].reshape(-1)
    distinct = int(named.max(initial=-1)) + 1
    shuffled = np.random.default_rng(seed).permutation(distinct)
    numbers: Numbers = (shuffled % min(count, max(1, distinct)))[named]
    return numbers


def splits(fold: Numbers) -> Iterator[tuple[Right, Right]]:
    """For each fold its rows, and the others to fit on. One fold alone is all there is: it is fitted on itself."""
    for number in np.unique(fold):
        inside = fold == number
        yield inside, ~inside if (~inside).any() else inside


def _measured(
    kinds: Sequence[Kind], logits: Matrix, right: Right, groups: Numbers | None, seed: int
) -> tuple[list[Candidate], dict[Kind, Matrix]]:
    fold = folds(len(right), groups=groups, seed=seed)
    candidates, losses = [], {}
    for kind in kinds:
        held = np.empty(len(right))
        for inside, rest in splits(fold):
            held[inside] = fit(kind, logits[rest], right[rest]).probabilities(logits[inside])
        losses[kind] = _losses(held, right)
        candidates.append(Candidate(kind, float(losses[kind].mean()), brier_score(held, right)))
    return candidates, losses


def _losses(probabilities: Matrix, right: Right) -> Matrix:
    inside = np.clip(np.asarray(probabilities, np.float64), 1e-12, 1 - 1e-12)
    made: Matrix = -np.where(right, np.log(inside), np.log1p(-inside))
    return made


def _design(kind: Kind, logits: Matrix) -> Matrix:
    if kind != "beta":
        return logits[:, None]
    # ln p and -ln(1 - p) of p = sigmoid(logits).
    return np.column_stack([-np.logaddexp(0, -logits), np.logaddexp(0, logits)])


def _isotonic(logits: Matrix, right: Right) -> Calibrator:
    from sklearn.isotonic import IsotonicRegression

    # Never certain: a certain answer that is wrong costs without end.
    least = 1 / (len(right) + 2)
    model = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip").fit(logits, right)
    return Calibrator(
        "isotonic", len(right), scores=model.X_thresholds_.tolist(), shares=model.y_thresholds_.tolist()
    )
