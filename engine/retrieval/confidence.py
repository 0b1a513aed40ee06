"""How likely an answer is right: a small logistic model of its features, calibrated on rows that it was not fitted
on; and below what the answer is "unknown"."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec
import numpy as np

from engine.errors import InputError
from engine.evaluation.calibrators import Calibrator, Candidate, Kind, Right, choose, fit, folds, splits
from engine.evaluation.logistic import fit_logistic
from engine.linear_head import Matrix, Numbers, Vectors
from engine.retrieval.answers import FEATURES, Answers
from engine.retrieval.neighbours import nearest_to_each_other
from engine.retrieval.similarity import Similarity
from engine.retrieval.votes import UNKNOWN

FEWEST_ROWS = 30
"""Answers below which nothing is fitted."""
RIDGE = 1.0
"""Of the weights of standardised features: the usual C = 1."""
RARE = 0.1
"""The heuristic trusts a query less that lies farther from its nearest than this part of the references do."""
SAMPLE = 2000
MOST_HELD = 20_000
Of = Literal["wrong", "strangers"]


@dataclass(frozen=True)
class Score:
    """Log-odds of being right: a weighted sum of standardised features."""

    means: list[float]
    scales: list[float]
    weights: list[float]
    intercept: float

    def logits(self, features: Matrix) -> Matrix:
        """(rows,)"""
        made: Matrix = (features - np.array(self.means)) / np.array(self.scales) @ np.array(self.weights)
        return made + self.intercept


@dataclass(frozen=True)
class Held:
    """Probabilities of answers on rows that neither the score nor the calibrator was fitted on for that answer."""

    right: list[float] = field(default_factory=list)
    wrong: list[float] = field(default_factory=list)
    strangers: list[float] = field(default_factory=list)
    """Of queries of classes that the references did not hold."""


@dataclass(frozen=True)
class Threshold:
    """Answers of at least this probability are given, others are "unknown"."""

    value: float
    of: Of
    """What a false accept is: an answer that is `wrong`, or any answer to a query of a class that is not in the index
    (`strangers`)."""
    asked: float
    """The part of them that may be accepted."""
    achieved: float | None
    """The part of them that is, on validation; None where there are none."""
    upper: float | None
    """The upper end of its 95 % interval (Wilson 1927)."""
    cases: int
    """How many there were."""
    answered: float
    """Part of the validation queries, of classes in the index, that still get an answer."""
    right_answered: float
    """Part of the right answers that are still given."""


@dataclass(frozen=True)
class Confidence:
    """Stored with the model as JSON."""

    kind: Literal["fitted", "heuristic"]
    score: Score | None = None
    calibrator: Calibrator | None = None
    candidates: list[Candidate] = field(default_factory=list)
    """What the calibrator was chosen from …"""
    reason: str = ""
    """… and why; of a heuristic, what it is."""
    held: Held = field(default_factory=Held)
    typical: list[float] = field(default_factory=list)
    """Heuristic: similarity of references to their nearest, from the least to the greatest in equal steps."""

    @property
    def heuristic(self) -> bool:
        """Whether its numbers are no probabilities that were measured."""
        return self.kind == "heuristic"

    def probabilities(self, answers: Answers) -> Matrix:
        """(queries,) of the answer being right; 0 where there is none."""
        if self.score is not None and self.calibrator is not None:
            made = self.calibrator.probabilities(self.score.logits(answers.features))
        else:
            seen = np.interp(answers.features[:, 0], self.typical, np.linspace(0, 1, len(self.typical)))
            made = answers.votes.shares * np.minimum(1, seen / RARE)
        return np.where(answers.votes.labels == UNKNOWN, 0.0, made)

    def threshold_for(self, false_accept_rate: float, *, of: Of = "wrong") -> Threshold:
        """The lowest threshold that accepts at most this part of the wrong answers, or of the strangers, on
        validation. Raises InputError for a heuristic, and where no strangers were measured."""
        if self.heuristic or (of == "strangers" and not self.held.strangers):
            raise InputError(
                "no threshold keeps a stated false-accept rate: "
                + ("the confidence is a heuristic" if self.heuristic else "no strangers were measured"),
                where="confidence",
                fix=f"give at least {FEWEST_ROWS} validation pictures with labels",
            )
        bad = np.sort(np.array(self.held.wrong if of == "wrong" else self.held.strangers))[::-1]
        may_pass = int(np.floor(false_accept_rate * len(bad) + 1e-9))
        value = float(np.nextafter(bad[may_pass], np.inf)) if may_pass < len(bad) else 0.0
        right, wrong = np.array(self.held.right), np.array(self.held.wrong)
        passed = int((bad >= value).sum())
        return Threshold(
            value=value,
            of=of,
            asked=false_accept_rate,
            achieved=passed / len(bad) if len(bad) else None,
            upper=_upper(passed, len(bad)) if len(bad) else None,
            cases=len(bad),
            answered=_part(np.concatenate([right, wrong]), value),
            right_answered=_part(right, value),
        )


def fit_confidence(
    answers: Answers,
    labels: Numbers,
    *,
    kind: Kind | None = None,
    strangers: Answers | None = None,
    groups: Numbers | None = None,
    seed: int = 0,
) -> Confidence | None:
    """Fit on answers to validation queries with known `labels`, which must not have chosen when training stopped.

    `kind` of calibration; none chooses it. `strangers` are answers to queries whose own class is hidden from the
    references: they set thresholds, and no probability. Rows of a group lie in the same fold. None for fewer than
    `FEWEST_ROWS` answers.
    """
    right = (answers.votes.labels == labels) & (labels != UNKNOWN)
    if len(right) < FEWEST_ROWS:
        return None
    fold = folds(len(right), groups=groups, seed=seed)
    logits, held = np.empty(len(right)), np.empty(len(right))
    for inside, rest in splits(fold):
        logits[inside] = _fit_score(answers.features[rest], right[rest]).logits(answers.features[inside])
    choice = choose(logits, right, kind=kind, groups=groups, seed=seed)
    for inside, rest in splits(fold):
        held[inside] = fit(choice.calibrator.kind, logits[rest], right[rest]).probabilities(logits[inside])
    made = Confidence(
        "fitted", _fit_score(answers.features, right), choice.calibrator, choice.candidates, choice.reason
    )
    unknown = made.probabilities(strangers) if strangers is not None else np.empty(0)
    return replace(made, held=Held(_some(held[right], seed), _some(held[~right], seed), _some(unknown, seed)))


def heuristic_confidence(vectors: Vectors, similarity: Similarity, *, groups: Numbers | None = None) -> Confidence:
    """For references without labelled validation: the vote share, less where the query lies farther from its nearest
    than most references do from theirs. No more than a rule of thumb, and it says so."""
    chosen = np.arange(len(vectors))
    if len(chosen) > SAMPLE:
        chosen = np.sort(np.random.default_rng(0).choice(len(vectors), SAMPLE, replace=False))
    near = nearest_to_each_other(vectors[chosen], 1, similarity=similarity, groups=_chosen(groups, chosen))
    known = near.similarities[:, 0][np.isfinite(near.similarities[:, 0])] if len(chosen) else np.empty(0)
    steps = np.quantile(known, np.linspace(0, 1, 101)) if len(known) else np.zeros(1)
    reason = "a heuristic: the vote share, less for queries unlike the references; not measured against labels"
    return Confidence("heuristic", reason=reason, typical=[float(step) for step in steps])


def as_json(confidence: Confidence) -> dict[str, Any]:
    """What `from_json` reads."""
    made: dict[str, Any] = msgspec.to_builtins(confidence)
    return made


def from_json(value: Any, *, where: str) -> Confidence:
    """A stored confidence; raises InputError for anything else, naming the file `where` it was read."""
    try:
        found = msgspec.convert(value, Confidence)
        features = {len(FEATURES)}
        score = found.score
        if score is not None and {len(score.means), len(score.scales), len(score.weights)} != features:
            raise ValueError(f"the score is not one of {len(FEATURES)} features")
        if (score is None or found.calibrator is None) != found.heuristic or found.heuristic != bool(found.typical):
            raise ValueError("it is neither fitted nor a heuristic")
        if found.calibrator is not None:
            found.calibrator.check()
        return found
    except (msgspec.ValidationError, ValueError) as problem:
        raise InputError(
            f"the confidence cannot be read ({problem})", where=where, fix="train again, or with calibrate-only"
        ) from problem


def _fit_score(features: Matrix, right: Right) -> Score:
    means, scales = features.mean(axis=0), features.std(axis=0)
    scales = np.where(scales > 1e-9, scales, 1.0)
    found = fit_logistic((features - means) / scales, right.astype(np.float64), ridge=RIDGE)
    return Score(means.tolist(), scales.tolist(), found[:-1].tolist(), float(found[-1]))


def _chosen(groups: Numbers | None, chosen: Numbers) -> Numbers | None:
    return None if groups is None else groups[chosen]


def _some(values: Matrix, seed: int) -> list[float]:
    """Not more than a model's card should carry."""
    if len(values) > MOST_HELD:
        values = np.random.default_rng(seed).choice(values, MOST_HELD, replace=False)
    made: list[float] = values.tolist()
    return made


def _part(probabilities: Matrix, threshold: float) -> float:
    return float((probabilities >= threshold).mean()) if len(probabilities) else 0.0


def _upper(passed: int, cases: int) -> float:
    z, share = 1.96, passed / cases
    centre = share + z * z / (2 * cases)
    spread = z * np.sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    return float(min(1.0, (centre + spread) / (1 + z * z / cases)))
