"""How far apart identities lie in a space of embeddings, and whether training is worth its time. Pure.

Distances are 1 - cosine: 0 for the same direction, 1 for unrelated ones, 2 for opposite ones.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.evaluation.bootstrap import Indices
from engine.evaluation.pairs import Embeddings, Numbers, Pairs, numbered, unit
from engine.evaluation.report import Table
from engine.evaluation.verification import Verification

SHOWN = 10
"""Problem identities of each kind."""
MOST_COMPARED = 20_000
"""Pictures among which the closest impostors are searched: the work grows with the square."""
BLOCK = 512
"""Pictures compared with all others at once."""
BINS = 40
# When training is worthwhile: our judgement, by what a single threshold gets wrong.
SEPARATED_AUC, SEPARATED_OVERLAP = 0.995, 0.05
"""Above the one and below the other a threshold already tells identities apart."""
MIXED_OVERLAP = 0.1
BLIND_AUC = 0.55
FEWEST_IDENTITIES, FEWEST_PICTURES = 5, 3
"""Below, neither this judgement nor the training has much to go by."""

Answer = Literal["yes", "no", "unclear"]


@dataclass(frozen=True)
class Spread:
    """Distances of one kind of pair."""

    count: int
    mean: float
    deviation: float
    low: float
    """5 % lie below."""
    median: float
    high: float
    """5 % lie above."""

    @staticmethod
    def of(distances: Numbers) -> Spread | None:
        """None without distances."""
        if not len(distances):
            return None
        low, median, high = (float(value) for value in np.quantile(distances, [0.05, 0.5, 0.95]))
        return Spread(len(distances), float(distances.mean()), float(distances.std()), low, median, high)


@dataclass(frozen=True)
class CloseImpostors:
    """The two pictures in which two identities come closest."""

    identities: tuple[Hashable, Hashable]
    distance: float
    pictures: tuple[int, int]
    """Their numbers, of one identity each."""


@dataclass(frozen=True)
class WideIdentity:
    """An identity whose pictures lie far apart."""

    identity: Hashable
    pictures: int
    distance: float
    """Mean over its pairs."""
    farthest: int
    """Number of the picture that is least like the others."""


@dataclass(frozen=True)
class Worthwhile:
    """Whether training is."""

    answer: Answer
    sentence: str


@dataclass(frozen=True)
class Separation:
    """What the distances of a model's embeddings show before it is trained."""

    within: Spread | None
    between: Spread | None
    overlap: float | None
    """Part that no single threshold gets right: false accepts and false rejects together (`Roc.overlap`)."""
    closest: list[CloseImpostors]
    widest: list[WideIdentity]
    compared: int
    """Pictures among which the closest were searched."""
    worthwhile: Worthwhile


def separation(
    embeddings: Embeddings,
    identities: Sequence[Hashable],
    verified: Verification,
    *,
    shown: int = SHOWN,
    seed: int = 0,
) -> Separation:
    """Distances, problem identities and the judgement; `verified` is the verification of these embeddings."""
    distances, genuine = 1 - verified.scores, verified.pairs.genuine
    vectors = unit(embeddings)
    compared = np.arange(len(vectors))
    if len(vectors) > MOST_COMPARED:
        compared = np.sort(np.random.default_rng(seed).choice(len(vectors), MOST_COMPARED, replace=False))
    overlap = verified.roc.overlap if verified.roc else None
    return Separation(
        within=Spread.of(distances[genuine]),
        between=Spread.of(distances[~genuine]),
        overlap=overlap,
        closest=closest_impostors(vectors, identities, compared, shown=shown),
        widest=widest_identities(vectors, identities, shown=shown),
        compared=len(compared),
        worthwhile=worthwhile(
            auc=verified.metrics["auc"],
            interval=verified.intervals.get("auc"),
            overlap=overlap,
            identities=len(set(identities)),
            pictures=len(identities),
        ),
    )


def worthwhile(
    *,
    auc: float | None,
    interval: tuple[float, float] | None,
    overlap: float | None,
    identities: int,
    pictures: int,
) -> Worthwhile:
    """Whether training is worthwhile, by how well the present embeddings already tell identities apart."""
    if auc is None or overlap is None:
        return Worthwhile("unclear", "It is unclear whether training is worthwhile: there are no pairs to measure.")
    low, high = interval or (auc, auc)
    measured = (
        f"AUC {auc:.3f}" + (f" (95 % {low:.3f} to {high:.3f})" if interval else "") + f", overlap {overlap:.3f}"
    )
    if identities < FEWEST_IDENTITIES or pictures < FEWEST_PICTURES * identities:
        return Worthwhile(
            "unclear",
            f"It is unclear whether training is worthwhile: {pictures} pictures of {identities} identities say "
            f"little ({measured}); collect {FEWEST_PICTURES} each of {FEWEST_IDENTITIES} identities or more.",
        )
    if low >= SEPARATED_AUC and overlap <= SEPARATED_OVERLAP:
        return Worthwhile(
            "no",
            f"Training is hardly worthwhile: one threshold already tells identities apart ({measured}); choose it, "
            "and look at the problem identities instead.",
        )
    if high <= BLIND_AUC:
        return Worthwhile(
            "unclear",
            f"It is unclear whether training is worthwhile: these embeddings hardly see identities ({measured}); "
            "check labels and crops, and try another base model before training this one.",
        )
    if overlap >= MIXED_OVERLAP or high < SEPARATED_AUC:
        return Worthwhile("yes", f"Training is worthwhile: identities still run into each other ({measured}).")
    return Worthwhile(
        "unclear",
        f"It is unclear whether training is worthwhile: little is left to gain ({measured}), and the pictures do not "
        "tell whether it is gained.",
    )


def closest_impostors(
    vectors: Numbers, identities: Sequence[Hashable], compared: Indices | None = None, *, shown: int = SHOWN
) -> list[CloseImpostors]:
    """Each identity's nearest picture of another one, nearest first; vectors have length 1.

    `compared` are the pictures that are searched; None for all.
    """
    at = np.arange(len(vectors)) if compared is None else compared
    among, number = vectors[at], numbered(identities)[at]
    nearest, alike = np.full(len(at), -1), np.full(len(at), -np.inf)
    for start in range(0, len(at), BLOCK):
        part = slice(start, start + BLOCK)
        scores = among[part] @ among.T
        scores[number[part, None] == number[None, :]] = -np.inf
        nearest[part], alike[part] = scores.argmax(axis=1), scores.max(axis=1, initial=-np.inf)
    found: dict[tuple[int, int], CloseImpostors] = {}
    told: set[int] = set()
    for which in np.argsort(-alike, kind="stable"):
        other = nearest[which]
        mine, theirs = int(number[which]), int(number[other])
        if not np.isfinite(alike[which]) or mine in told:
            continue
        told.add(mine)
        first, second = int(at[which]), int(at[other])
        found.setdefault(
            (min(mine, theirs), max(mine, theirs)),
            CloseImpostors((identities[first], identities[second]), float(1 - alike[which]), (first, second)),
        )
    return list(found.values())[:shown]


def widest_identities(vectors: Numbers, identities: Sequence[Hashable], *, shown: int = SHOWN) -> list[WideIdentity]:
    """Identities by the mean distance of their pairs, widest first; vectors have length 1."""
    members: dict[Hashable, list[int]] = {}
    for at, identity in enumerate(identities):
        members.setdefault(identity, []).append(at)
    found = []
    for identity, which in members.items():
        if len(which) > 1:
            own = vectors[which]
            total = own.sum(axis=0)
            # The square of the sum holds every ordered pair, and each picture with itself.
            alike = (total @ total - (own * own).sum()) / (len(which) * (len(which) - 1))
            least = int(np.argmin(own @ total - (own * own).sum(axis=1)))
            found.append(WideIdentity(identity, len(which), float(1 - alike), which[least]))
    return sorted(found, key=lambda wide: -wide.distance)[:shown]


def distances_table(scores: Numbers, pairs: Pairs, *, title: str = "Distances", bins: int = BINS) -> Table:
    """How distances within and between identities lie, as shares of their kind in bins of equal width."""
    distances = 1 - scores
    low, high = (float(distances.min()), float(distances.max())) if len(distances) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1e-3, bins + 1)
    shares = [
        np.histogram(distances[kind], edges)[0] / max(1, int(kind.sum())) for kind in (pairs.genuine, ~pairs.genuine)
    ]
    middles = (edges[:-1] + edges[1:]) / 2
    return Table(
        title,
        ["distance", "same identity", "different identities"],
        [[float(x), float(same), float(other)] for x, same, other in zip(middles, *shares, strict=True)]
        if len(distances)
        else [],
        note=f"Part of the pairs of each kind by 1 - cosine, in {bins} bins of equal width: {pairs.sentence}.",
        figure="histogram",
    )


def separation_tables(found: Separation, names: Sequence[str] | None = None) -> list[Table]:
    """Spreads and problem identities as tables of the report; `names` are the pictures' paths."""

    def named(picture: int) -> str:
        return names[picture] if names is not None else str(picture)

    spreads = [
        [kind, spread.count, spread.mean, spread.deviation, spread.low, spread.median, spread.high]
        for kind, spread in (("same identity", found.within), ("different identities", found.between))
        if spread
    ]
    overlap = (
        "" if found.overlap is None else f" Overlap {found.overlap:.3f}: false accepts and false rejects at best."
    )
    return [
        Table(
            "Distances of pairs",
            ["pairs", "count", "mean", "deviation", "5 %", "median", "95 %"],
            spreads,
            note=found.worthwhile.sentence + overlap,
        ),
        Table(
            "Closest impostors",
            ["identity", "other", "distance", "picture", "other's picture"],
            [[*map(str, one.identities), one.distance, *map(named, one.pictures)] for one in found.closest],
            note=f"Different identities that come closest, searched among {found.compared:,} pictures.",
        ),
        Table(
            "Widest identities",
            ["identity", "pictures", "mean distance", "least like the others"],
            [[str(one.identity), one.pictures, one.distance, named(one.farthest)] for one in found.widest],
            note="Identities whose own pictures lie far apart: two people under one name, or pictures that are bad.",
        ),
    ]
