"""Whether two pictures are of the same identity: how well embeddings tell, with intervals over subjects. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from engine.evaluation.bootstrap import Indices, bootstrap_intervals
from engine.evaluation.comparison import FEW_GROUPS
from engine.evaluation.pairs import (
    MOST_PAIRS,
    Embeddings,
    Numbers,
    Pairs,
    cosine_similarities,
    drawn_weights,
    numbered,
    pairs_of,
)
from engine.evaluation.report import Table
from engine.evaluation.roc import FARS, LEAST_FALSE_ACCEPTS, Ranked, Roc, roc_table

RESAMPLES, FEW_RESAMPLES = 1000, 200
"""Of the bootstrap; the second above MANY_PAIRS, where each resample takes milliseconds."""
MANY_PAIRS = 150_000


@dataclass(frozen=True)
class Verification:
    """What the scores of pairs come to."""

    pairs: Pairs
    scores: Numbers
    """(pairs,) how much alike each pair is."""
    subjects: int
    """What the intervals were drawn over."""
    roc: Roc | None
    """None where one kind of pair is missing."""
    metrics: dict[str, float | None]
    """`auc`, `eer` and `tar_at_far_1e-2` …; None for what the pairs cannot tell."""
    intervals: dict[str, tuple[float, float]]
    """95 %, by metric."""
    notes: list[str]
    """What a reader must know: why a metric is missing, how far the intervals can be trusted."""

    def table(self, *, name: str = "TAR", title: str = "ROC") -> Table:
        """The curve as a table of the report that can be drawn."""
        return roc_table({name: self.roc} if self.roc else {}, title=title)


def verify(
    embeddings: Embeddings,
    identities: Sequence[Hashable],
    *,
    groups: Sequence[Hashable] | None = None,
    fars: Sequence[float] = FARS,
    most_pairs: int = MOST_PAIRS,
    resamples: int | None = None,
    seed: int = 0,
) -> Verification:
    """Verification by the cosine of embeddings, (pictures, dimensions), of these identities.

    `groups` names what stands or falls together where that is not the identity: the flight, the day.
    """
    pairs = pairs_of(identities, most=most_pairs, seed=seed)
    return verify_scores(
        pairs,
        cosine_similarities(embeddings, pairs),
        identities if groups is None else groups,
        fars=fars,
        resamples=resamples,
        seed=seed,
    )


def verify_scores(
    pairs: Pairs,
    scores: Numbers,
    subjects: Sequence[Hashable],
    *,
    fars: Sequence[float] = FARS,
    resamples: int | None = None,
    seed: int = 0,
) -> Verification:
    """The same for pairs that were scored some other way; `subjects` has one per picture.

    Intervals are percentiles over subjects drawn with replacement (see `drawn_weights`), never over pairs: pairs
    would promise intervals that are several times too narrow.
    """
    ranked, of = Ranked.of(scores, pairs.genuine), numbered(subjects)
    first, second = of[pairs.first], of[pairs.second]
    count = int(of.max(initial=-1)) + 1
    curve = ranked.curve()
    told = [far for far in fars if curve and curve.shows(far)]

    def of_drawn(drawn: Indices) -> dict[str, float]:
        again = ranked.curve(drawn_weights(drawn, first, second, count))
        return _values(again, told) if again else {}

    if resamples is None:
        resamples = FEW_RESAMPLES if len(scores) > MANY_PAIRS else RESAMPLES
    intervals = bootstrap_intervals(of_drawn, count, resamples=resamples, seed=seed) if curve else {}
    metrics: dict[str, float | None] = {"auc": None, "eer": None, **{tar_name(far): None for far in fars}}
    return Verification(
        pairs=pairs,
        scores=scores,
        subjects=count,
        roc=curve,
        metrics={**metrics, **(_values(curve, told) if curve else {})},
        intervals=intervals,
        notes=_notes(pairs, count, curve, fars),
    )


def tar_name(far: float) -> str:
    """`tar_at_far_1e-2`: the metric's name."""
    digits, exponent = f"{far:e}".split("e")
    return f"tar_at_far_{float(digits):g}e{int(exponent)}"


def _values(curve: Roc, fars: Sequence[float]) -> dict[str, float]:
    return {"auc": curve.auc, "eer": curve.eer} | {tar_name(far): curve.tar_at(far) for far in fars}


def _notes(pairs: Pairs, subjects: int, curve: Roc | None, fars: Sequence[float]) -> list[str]:
    if curve is None:
        missing = "two pictures of one identity" if not pairs.genuine_count else "two identities"
        return [f"Verification cannot be measured: the split does not have {missing}."]
    notes = [
        f"Verification rests on {pairs.sentence}; intervals are drawn over the {subjects} subjects, since the pairs "
        "of a subject stand or fall together."
    ]
    if subjects < FEW_GROUPS:
        notes.append(f"Intervals over {subjects} subjects are too narrow: at least {FEW_GROUPS} are needed.")
    notes += [
        f"TAR at FAR {far:g} is not told: it would rest on {curve.impostor * far:.2g} of {curve.impostor:,} impostor "
        f"pairs, and {LEAST_FALSE_ACCEPTS} are needed."
        for far in fars
        if not curve.shows(far)
    ]
    return notes
