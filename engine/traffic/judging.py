"""What the counts say of the candidate: better, worse, or not yet."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from engine.traffic.deployment import WHOLE
from engine.traffic.evidence import Evidence, Stratum

Verdict = Literal["better", "worse", "not yet"]
UNEVEN_ALPHA = 0.001
"""Level at which labels that come to one arm more often than its share are called so."""
RATIO_WEIGHT = 100.0
"""Outcomes that the prior of the ratio of labels weighs."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The standing of the test."""

    verdict: Verdict
    production: float | None
    """Share of right answers among those labelled."""
    candidate: float | None
    outcomes: tuple[int, int]
    """Labelled keys of production and of the candidate; both count a pair."""
    difference: float | None
    """Candidate less production; between shares of the candidate, weighted as Mantel and Haenszel do."""
    lower: float
    """The true difference is above this, at all times at once, with probability 1 − alpha."""
    upper: float
    """And below this, with the same probability."""
    alpha: float
    uneven: bool
    """Labels come to one arm more often than its share: what they say of the difference is not to be trusted."""

    @property
    def interval(self) -> str:
        """For people."""
        return f"{self.lower:+.3f} to {self.upper:+.3f}"


def judge(evidence: Evidence, alpha: float) -> Judgement:
    """Two tests, each one-sided at the level `alpha`, and at all times at once (engine.traffic.betting): a candidate
    that is not better is called better with a probability of at most `alpha`, and likewise for worse."""
    from engine.traffic.betting import bound, counts_of, pair_counts_of, pair_table, split_table

    strata = [stratum for stratum in evidence.strata if stratum.compares and stratum.count]
    tables = [(split_table([one.share for one in strata]), counts_of(strata))] if strata else []
    if evidence.pairs.count:
        tables.append((pair_table(), pair_counts_of(evidence.pairs)))
    lower = bound(tables, "above", alpha) if tables else -1.0
    upper = bound(tables, "below", alpha) if tables else 1.0
    uneven = _log_unevenness(strata) >= math.log(1 / UNEVEN_ALPHA)
    verdict: Verdict = "not yet"
    if not uneven:
        verdict = "better" if lower > 0 else "worse" if upper < 0 else "not yet"
    production, candidate = evidence.rights("production"), evidence.rights("candidate")
    return Judgement(
        verdict=verdict,
        production=production.rate,
        candidate=candidate.rate,
        outcomes=(production.count, candidate.count),
        difference=_difference(evidence, strata),
        lower=lower,
        upper=upper,
        alpha=alpha,
        uneven=uneven,
    )


def _difference(evidence: Evidence, strata: list[Stratum]) -> float | None:
    """Weighted over shares and pairs. Source: Mantel & Haenszel 1959, for differences Greenland & Robins 1985."""
    found = [
        (one.candidate.rate - one.production.rate, one.candidate.count * one.production.count / one.count)
        for one in strata
        if one.candidate.rate is not None and one.production.rate is not None
    ]
    pairs = evidence.pairs
    if pairs.count:
        found.append(((pairs.only_candidate - pairs.only_production) / pairs.count, float(pairs.count)))
    weight = sum(weight for _, weight in found)
    return sum(difference * weight for difference, weight in found) / weight if weight else None


def _log_unevenness(strata: list[Stratum]) -> float:
    """Logarithm of the evidence that labels are not spread over the arms as the keys are: a Beta mixture against the
    share, valid at all times. Source: Lindon & Malek, «Anytime-Valid Inference For Multinomial Count Data», 2022."""
    total = 0.0
    for one in strata:
        share = one.share / WHOLE
        a, b = RATIO_WEIGHT * share, RATIO_WEIGHT * (1 - share)
        candidate, production = one.candidate.count, one.production.count
        total += _log_beta(a + candidate, b + production) - _log_beta(a, b)
        total -= candidate * math.log(share) + production * math.log1p(-share)
    return total


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
