"""The online A/B on simulated traffic: how often a verdict is false, and how many labelled outcomes a true one takes.

    python benchmarks/ab.py                    1,000 simulations of each case
    python benchmarks/ab.py --simulations 200

Ours is `engine.traffic.betting`, looked at after each outcome. Beside it the z-test of two proportions (of pairs:
McNemar's), looked at after each outcome likewise, and the same test looked at once, after the number of outcomes that
gives it a power of 80 % against the difference at hand: it has to be known beforehand. All are one-sided, at 5 %.
At the end whole deployments, by the rules of `engine.traffic.ramping`, with our test and with the z-test instead.
`ratio` is ours to the peer's.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.traffic.activity import Recent
from engine.traffic.assignment import Arm
from engine.traffic.betting import Side, growth, pair_table, split_table
from engine.traffic.deployment import Deployment
from engine.traffic.evidence import Cell, Evidence, evidence_of
from engine.traffic.judging import Judgement, Verdict, judge
from engine.traffic.ramping import decide

ALPHA, POWER = 0.05, 0.8
SEED = 7
NULL_OUTCOMES = 4000
NAIVE_FROM = 30
"""Outcomes before the z-test is looked at: with fewer it is not even roughly normal."""
DEPLOYMENTS = 200
LOOK_EVERY, LONGEST_DEPLOYMENT = 25, 6000
DEPLOYED = [
    ("90 % beside 90 %", 0.90, 0.90),
    ("90 % → 95 %", 0.90, 0.95),
    ("90 % → 85 %", 0.90, 0.85),
    ("90 % → 70 %", 0.90, 0.70),
]
LONGEST = 4.0
"""A verdict is waited for during so many times the outcomes of the fixed test."""
Codes = NDArray[np.int8]
Matrix = NDArray[np.float64]
Z = NormalDist().inv_cdf


@dataclass(frozen=True)
class Case:
    """Two versions and the way they are compared."""

    name: str
    production: float
    """Share of right answers."""
    candidate: float
    shares: tuple[tuple[float, int], ...] = ((50.0, 0),)
    """Share of the candidate, per cent, and outcomes after which the next one comes. None: shadow."""
    shift: float = 0.0
    """What is added to both rates once the share has risen: the rows became harder."""
    agreement: float | None = None
    """Shadow: probability that both answers to a request are right. None: a split."""


NULLS = [
    Case("split 50/50, both 90 %", 0.9, 0.9),
    Case("split 90/10, both 90 %", 0.9, 0.9, ((10.0, 0),)),
    Case("split 90/10 → 50/50, both 70 %", 0.7, 0.7, ((10.0, 1000), (50.0, 0))),
    Case("the same, 95 %, and then 75 %", 0.95, 0.95, ((10.0, 1000), (50.0, 0)), shift=-0.2),
    Case("split 50/50, both 50 %", 0.5, 0.5),
    Case("shadow, both 90 %, 10 % discordant", 0.9, 0.9, agreement=0.85),
    Case("shadow, both 70 %, 30 % discordant", 0.7, 0.7, agreement=0.55),
]
DIFFERENCES = [
    Case("split 50/50, 85 % → 90 %", 0.85, 0.90),
    Case("split 50/50, 60 % → 70 %", 0.60, 0.70),
    Case("split 50/50, 90 % → 70 % (worse)", 0.90, 0.70),
    Case("split 90/10, 85 % → 90 %", 0.85, 0.90, ((10.0, 0),)),
    Case("split 90/10 → 50/50, 85 % → 90 %", 0.85, 0.90, ((10.0, 500), (50.0, 0))),
    Case("split 90/10, 90 % → 70 % (worse)", 0.90, 0.70, ((10.0, 0),)),
    Case("shadow, 85 % → 90 %, 15 % discordant", 0.85, 0.90, agreement=0.80),
    Case("shadow, 90 % → 80 % (worse)", 0.90, 0.80, agreement=0.75),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=1000)
    simulations = parser.parse_args().simulations
    started = time.perf_counter()
    print(f"{simulations:,} simulations of each case; verdicts at {ALPHA:.0%} each, looked at after every outcome")
    print(f"\nno difference, {NULL_OUTCOMES:,} outcomes: false verdicts (allowed: {ALPHA:.0%} each)")
    print(f"{'':<42}{'«better»':>10}{'peer':>8}{'ratio':>7}{'«worse»':>10}{'peer':>8}{'ratio':>7}")
    for case in NULLS:
        cells = ""
        for side in ("above", "below"):
            ours, naive = (np.isfinite(found).mean() for found in stops(case, side, NULL_OUTCOMES, simulations))
            cells += f"{ours:>10.1%}{naive:>8.1%}{ours / naive:>7.2f}"
        print(f"{case.name:<42}{cells}")
    print("\na difference: labelled outcomes until the true verdict; the peer knows the difference beforehand")
    print(f"{'':<42}{'median':>8}{'peer':>7}{'ratio':>7}{'80 %':>8}{'found':>8}{'false':>7}")
    for case in DIFFERENCES:
        side, other = ("above", "below") if case.candidate > case.production else ("below", "above")
        fixed = fixed_outcomes(case)
        right = stops(case, side, int(LONGEST * fixed), simulations)[0]
        wrong = stops(case, other, int(LONGEST * fixed), simulations)[0]
        print(
            f"{case.name:<42}{np.median(right):>8,.0f}{fixed:>7,.0f}{np.median(right) / fixed:>7.2f}"
            f"{np.quantile(right, 0.8):>8,.0f}{np.isfinite(right).mean():>8.1%}{np.isfinite(wrong).mean():>7.1%}"
        )
    print(f"\nall rules together, defaults of `traffic:` (10 → 50 → 100 %), {DEPLOYMENTS} deployments: taken out")
    print(f"{'':<42}{'ours':>8}{'peer':>8}{'ratio':>7}{'outcomes':>10}{'offered':>9}")
    for name, production, candidate in DEPLOYED:
        ends = [deployed(production, candidate, seed) for seed in range(DEPLOYMENTS)]
        ours, naive = (np.mean([end[at] == "fallback" for end in ends]) for at in (0, 1))
        ratio = f"{ours / naive:.2f}" if naive else "–"
        offered = np.mean([end[0] == "offer" for end in ends])
        middle = np.median([end[2] for end in ends])
        print(f"{name:<42}{ours:>8.1%}{naive:>8.1%}{ratio:>7}{middle:>10,.0f}{offered:>9.1%}")
    print(f"\n80 %: outcomes after which 80 of 100 had their verdict. {time.perf_counter() - started:.0f} s")


def stops(case: Case, side: Side, outcomes: int, simulations: int, seed: int = SEED) -> tuple[Matrix, Matrix]:
    """Outcomes after which ours, and the naive test, gave a verdict of that side; infinite where none came."""
    drawn = np.random.default_rng(seed)
    factors = _factors(case, side)
    capital = np.ones((simulations, factors.shape[0]))
    tallies = np.zeros((simulations, 4))
    ours, naive = np.full(simulations, np.inf), np.full(simulations, np.inf)
    for number in range(1, outcomes + 1):
        codes = _draw(case, number, simulations, drawn)
        capital *= factors[:, _columns(case, number, codes)].T
        np.add.at(tallies, (np.arange(simulations), codes), 1)
        ours[(capital.mean(axis=1) >= 1 / ALPHA) & np.isinf(ours)] = number
        if number >= NAIVE_FROM:
            naive[(_statistic(case, tallies, side) >= Z(1 - ALPHA)) & np.isinf(naive)] = number
        if np.isfinite(ours).all() and np.isfinite(naive).all():
            break
    return ours, naive


def deployed(production: float, candidate: float, seed: int) -> tuple[str, str, int]:
    """How a deployment ends that is looked at after every 25 outcomes: by our rules, by the same with a naive test in
    place of ours, and the outcomes until ours did."""
    ours, outcomes = _by_rules(production, candidate, seed, _judged)
    return ours, _by_rules(production, candidate, seed, _judged_naively)[0], outcomes


def _by_rules(
    production: float, candidate: float, seed: int, judged: Callable[[Evidence], Judgement]
) -> tuple[str, int]:
    drawn = random.Random(seed)
    quiet = Recent(requests=500, p95_ms=10.0, keys=500)
    deployment = Deployment(id="1", production=1, candidate=2, mode="split", share=10.0, salt="a", started=0.0)
    cells: Counter[Cell] = Counter()
    for number in range(1, LONGEST_DEPLOYMENT + 1):
        arm: Arm = "candidate" if 100 * drawn.random() < deployment.share else "production"
        right = drawn.random() < (candidate if arm == "candidate" else production)
        cells["split", deployment.share, arm, right] += 1
        if number % LOOK_EVERY:
            continue
        evidence = evidence_of(cells)
        decision = decide(deployment, evidence, judged(evidence), candidate=quiet, production=quiet)
        if decision.share is not None:
            deployment = deployment.at(decision.share)
        if decision.action in ("fallback", "offer"):
            return decision.action, number
    return "stay", LONGEST_DEPLOYMENT


def _judged(evidence: Evidence) -> Judgement:
    return judge(evidence, ALPHA)


def _judged_naively(evidence: Evidence) -> Judgement:
    """The z-test of all outcomes, and its interval of 90 %."""
    known = judge(Evidence(), ALPHA)
    first, second = evidence.rights("production"), evidence.rights("candidate")
    if first.rate is None or second.rate is None:
        return known
    rate = (first.right + second.right) / (first.count + second.count)
    half = Z(1 - ALPHA) * (rate * (1 - rate) * (1 / first.count + 1 / second.count)) ** 0.5
    difference = second.rate - first.rate
    verdict: Verdict = "better" if difference > half else "worse" if difference < -half else "not yet"
    return msgspec.structs.replace(known, verdict=verdict, lower=difference - half, upper=difference + half)


def fixed_outcomes(case: Case) -> float:
    """Outcomes of the fixed test at the last share. Source: Fleiss, Levin & Paik 2003, 4.3; of pairs Connor 1987."""
    p, q = case.production, case.candidate
    difference = abs(q - p)
    if case.agreement is not None:
        discordant = p + q - 2 * case.agreement
        spread = Z(1 - ALPHA) * discordant**0.5 + Z(POWER) * (discordant - difference**2) ** 0.5
        return (spread / difference) ** 2
    share = case.shares[-1][0] / 100
    pooled = (1 - share) * p + share * q
    spread = Z(1 - ALPHA) * (pooled * (1 - pooled) / (share * (1 - share))) ** 0.5
    spread += Z(POWER) * (p * (1 - p) / (1 - share) + q * (1 - q) / share) ** 0.5
    return (spread / difference) ** 2


def _factors(case: Case, side: Side) -> Matrix:
    table = pair_table() if case.agreement is not None else split_table([share for share, _ in case.shares])
    return growth(table, side)


def _at(case: Case, number: int) -> int:
    """Which of the shares the outcome of that number comes at."""
    until, place = 0, 0
    while place < len(case.shares) - 1 and number > until + case.shares[place][1]:
        until += case.shares[place][1]
        place += 1
    return place


def _draw(case: Case, number: int, simulations: int, drawn: np.random.Generator) -> Codes:
    """An outcome of each simulation. Split: production wrong, right, candidate wrong, right. Shadow: production alone
    right, both, candidate alone, neither."""
    chance = drawn.random((2, simulations))
    if case.agreement is not None:
        both = case.agreement
        edges = np.cumsum([case.production - both, both, case.candidate - both])
        return np.searchsorted(edges, chance[0], side="right").astype(np.int8)
    place = _at(case, number)
    candidate = chance[0] < case.shares[place][0] / 100
    right = chance[1] < np.where(candidate, case.candidate, case.production) + (case.shift if place else 0.0)
    return (2 * candidate + right).astype(np.int8)


def _columns(case: Case, number: int, codes: Codes) -> Codes:
    """The columns of the table that the outcomes stand in."""
    if case.agreement is not None:
        return np.array([0, 1, 2, 1], np.int8)[codes]
    return codes + 4 * _at(case, number)


def _statistic(case: Case, tallies: Matrix, side: Side) -> Matrix:
    """What the naive test looks at, positive for a verdict of the side."""
    sign = 1.0 if side == "above" else -1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        if case.agreement is not None:
            first, second = tallies[:, 0], tallies[:, 2]
            found = (second - first) / np.sqrt(first + second)
        else:
            a, b = tallies[:, :2].sum(axis=1), tallies[:, 2:].sum(axis=1)
            pooled = (tallies[:, 1] + tallies[:, 3]) / (a + b)
            spread = np.sqrt(pooled * (1 - pooled) * (1 / a + 1 / b))
            found = (tallies[:, 3] / b - tallies[:, 1] / a) / spread
    return np.nan_to_num(sign * found, nan=0.0, posinf=0.0, neginf=0.0)


if __name__ == "__main__":
    main()
