"""Who is it, among those who are enrolled, and is it anybody at all. Pure.

FPIR (false-positive identification rate): part of the searches of strangers that name somebody all the same.
FNIR (false-negative identification rate): part of the searches of enrolled people that do not name them.
Both as in ISO/IEC 19795-1 and NIST's evaluations of one-to-many search, with one name per search.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.evaluation.bootstrap import Indices, bootstrap_interval
from engine.evaluation.comparison import FEW_GROUPS
from engine.evaluation.pairs import Embeddings, Mask, Numbers, numbered, unit
from engine.evaluation.report import Table

ENROLLED, REPEATS = 5, 10
RANKS = (1, 5)
FALSE_ACCEPT_RATE = 0.05
STRANGERS = 0.5
"""Part of the identities that is left out of the gallery when strangers are searched for."""
BLOCK = 2048
"""Pictures searched at once."""

Gallery = Literal["mean", "nearest"]
"""What a search is compared with: the mean of an identity's enrolled embeddings, or the most similar of them."""


@dataclass(frozen=True)
class Identification:
    """What searches came to, over several draws of who is enrolled and with which pictures."""

    enrolled: int
    """Pictures enrolled of each identity."""
    repeats: int
    identities: int
    """Those with pictures enough to be enrolled and searched for."""
    metrics: dict[str, float | None]
    """`rank1` and `rank5` with everybody enrolled; `fpir`, `fnir` and `open_set_rejection` (1 - FPIR) with strangers.
    Over the searches of all draws; None for what the pictures cannot tell."""
    intervals: dict[str, tuple[float, float]]
    """95 %, over identities that are searched for; galleries and thresholds stay the same."""
    draws: dict[str, tuple[float, float]]
    """Lowest and highest of the draws, by metric."""
    threshold: float | None
    """Cosine from which somebody is named; the mean of the draws where each chose its own."""
    notes: list[str]
    """What a reader must know."""


@dataclass(frozen=True)
class _Draw:
    """Per identity, how many searches were made and how many came out as the metric says."""

    counts: dict[str, tuple[Indices, Indices]]
    threshold: float | None


def identify(
    embeddings: Embeddings,
    identities: Sequence[Hashable],
    *,
    enrolled: int = ENROLLED,
    gallery: Gallery = "mean",
    false_accept_rate: float = FALSE_ACCEPT_RATE,
    threshold: float | None = None,
    strangers: float = STRANGERS,
    repeats: int = REPEATS,
    seed: int = 0,
) -> Identification:
    """Search every picture that is not enrolled, in `repeats` seeded draws of `enrolled` pictures per identity.

    Identities without a picture more than that are never enrolled: they are strangers. For the open set the part
    `strangers` of the others is left out of the gallery as well. `threshold` is the cosine from which somebody is
    named; where it is None, one half of the strangers (as few of their searches name somebody as
    `false_accept_rate` says) chooses it in each draw, and the other half is measured.
    """
    if enrolled < 1 or repeats < 1:
        raise ValueError("at least one picture is enrolled, in at least one draw")
    vectors, number = unit(embeddings), numbered(identities)
    eligible = np.bincount(number, minlength=1) > enrolled
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(repeats):
        taken = _enrolment(number, eligible, enrolled, rng)
        alike = _similarities(vectors, number, taken, eligible, gallery)
        outside = eligible & _part(eligible, strangers, rng) | ~eligible
        choosers = _part(outside, 0.5, rng) if threshold is None else np.zeros_like(outside)
        closed = _closed_set(alike, number, taken, eligible)
        opened, chosen = _open_set(alike, number, taken, eligible, outside, choosers, threshold, false_accept_rate)
        drawn.append(_Draw(closed | opened, chosen))
    return _summary(drawn, enrolled, eligible, false_accept_rate, threshold)


def identification_table(found: Identification, *, title: str = "Identification") -> Table:
    """Metrics with their intervals and the spread of the draws."""
    return Table(
        title,
        ["metric", "value", "95 % interval", "lowest draw", "highest draw"],
        [
            [
                name,
                value,
                "{:.3f} – {:.3f}".format(*found.intervals[name]) if name in found.intervals else "",
                *found.draws.get(name, (None, None)),
            ]
            for name, value in found.metrics.items()
        ],
        note=" ".join(found.notes),
    )


def _enrolment(number: Indices, eligible: Mask, enrolled: int, rng: np.random.Generator) -> Mask:
    """(pictures,) which are enrolled: so many of each identity that is eligible."""
    order = rng.permutation(len(number))
    order = order[np.argsort(number[order], kind="stable")]
    own = number[order]
    taken = np.zeros(len(number), dtype=bool)
    taken[order] = (np.arange(len(order)) - np.searchsorted(own, own) < enrolled) & eligible[own]
    return taken


def _similarities(vectors: Numbers, number: Indices, taken: Mask, eligible: Mask, gallery: Gallery) -> Numbers:
    """(pictures, identities) how much each picture is like each identity of the gallery; -inf for the others."""
    alike = np.full((len(vectors), len(eligible)), -np.inf)
    columns = np.flatnonzero(eligible)
    if not len(columns):
        return alike
    at = np.flatnonzero(taken)
    at = at[np.argsort(number[at], kind="stable")]
    shelves = vectors[at].reshape(len(columns), -1, vectors.shape[1])
    templates = unit(shelves.mean(axis=1)) if gallery == "mean" else shelves.reshape(-1, vectors.shape[1])
    for start in range(0, len(vectors), BLOCK):
        part = slice(start, start + BLOCK)
        scores = vectors[part] @ templates.T
        alike[part, columns] = scores.reshape(len(scores), len(columns), -1).max(axis=2)
    return alike


def _closed_set(alike: Numbers, number: Indices, taken: Mask, eligible: Mask) -> dict[str, tuple[Indices, Indices]]:
    searched = eligible[number] & ~taken
    ranks = _ranks(alike[searched], number[searched])
    searches = np.bincount(number[searched], minlength=len(eligible))
    return {
        f"rank{rank}": (np.bincount(number[searched], ranks <= rank, len(eligible)).astype(np.int64), searches)
        for rank in RANKS
        if eligible.sum() > rank
    }


def _open_set(
    alike: Numbers,
    number: Indices,
    taken: Mask,
    eligible: Mask,
    outside: Mask,
    choosers: Mask,
    threshold: float | None,
    false_accept_rate: float,
) -> tuple[dict[str, tuple[Indices, Indices]], float | None]:
    """Counts of FPIR and FNIR, and the threshold; nothing where there is nobody to choose it or to search for."""
    inside = eligible & ~outside
    if inside.sum() < 2:
        return {}, None
    among = np.where(inside, alike, -np.inf)
    best = among.max(axis=1)
    if threshold is None:
        threshold = _threshold(best[choosers[number]], false_accept_rate)
    if threshold is None:
        return {}, None
    strange, known = (outside & ~choosers)[number], inside[number] & ~taken
    named = best >= threshold
    missed = ~named[known] | (_ranks(among[known], number[known]) > 1)
    return {
        "fpir": _by_identity(number[strange], named[strange], len(eligible)),
        "fnir": _by_identity(number[known], missed, len(eligible)),
    }, threshold


def _threshold(best: Numbers, false_accept_rate: float) -> float | None:
    """The lowest threshold that so many of these searches reach at most; None where that is not one search."""
    allowed = int(len(best) * false_accept_rate + 1e-9)
    if allowed < 1:
        return None
    falling = np.sort(best)[::-1]
    return float(np.nextafter(falling[allowed], np.inf)) if allowed < len(best) else float(falling[-1])


def _ranks(alike: Numbers, own: Indices) -> Indices:
    """The place of each picture's own identity, the last among equals: telling nobody apart earns nothing."""
    ranks: Indices = (alike >= alike[np.arange(len(own)), own][:, None]).sum(axis=1)
    return ranks


def _by_identity(number: Indices, hit: Mask, identities: int) -> tuple[Indices, Indices]:
    return np.bincount(number[hit], minlength=identities), np.bincount(number, minlength=identities)


def _part(of: Mask, part: float, rng: np.random.Generator) -> Mask:
    """A drawn part of these identities, rounded."""
    at = rng.permutation(np.flatnonzero(of))
    chosen = np.zeros_like(of)
    chosen[at[: round(part * len(at))]] = True
    return chosen


def _summary(
    drawn: Sequence[_Draw], enrolled: int, eligible: Mask, false_accept_rate: float, threshold: float | None
) -> Identification:
    names = [*(f"rank{rank}" for rank in RANKS), "fpir", "fnir"]
    metrics: dict[str, float | None] = dict.fromkeys(names)
    intervals, spread = {}, {}
    for name in names:
        counts = [draw.counts[name] for draw in drawn if name in draw.counts]
        each = [float(hits.sum() / searches.sum()) for hits, searches in counts if searches.sum()]
        if not each:
            continue
        hits, searches = (np.sum(column, axis=0) for column in zip(*counts, strict=True))
        hits, searches = hits[searches > 0], searches[searches > 0]
        metrics[name] = float(hits.sum() / searches.sum())
        spread[name] = (min(each), max(each))

        def of_drawn(at: Indices, hits: Indices = hits, searches: Indices = searches) -> float:
            return float(hits[at].sum() / searches[at].sum())

        interval = bootstrap_interval(of_drawn, len(hits))
        if interval is not None:
            intervals[name] = interval
    _add_rejection(metrics, intervals, spread)
    chose = threshold is None
    chosen = [draw.threshold for draw in drawn if draw.threshold is not None]
    if chose and chosen:
        threshold = float(np.mean(chosen))
    identities = int(eligible.sum())
    return Identification(
        enrolled=enrolled,
        repeats=len(drawn),
        identities=identities,
        metrics=metrics,
        intervals=intervals,
        draws=spread,
        threshold=threshold,
        notes=_notes(metrics, enrolled, len(drawn), identities, false_accept_rate, chose),
    )


def _add_rejection(
    metrics: dict[str, float | None],
    intervals: dict[str, tuple[float, float]],
    spread: dict[str, tuple[float, float]],
) -> None:
    fpir = metrics["fpir"]
    metrics["open_set_rejection"] = None if fpir is None else 1 - fpir
    for of in (intervals, spread):
        if "fpir" in of:
            low, high = of["fpir"]
            of["open_set_rejection"] = (1 - high, 1 - low)


def _notes(
    metrics: dict[str, float | None],
    enrolled: int,
    repeats: int,
    identities: int,
    false_accept_rate: float,
    chose: bool,
) -> list[str]:
    if identities < 2:
        return [
            f"Identification cannot be measured: {identities} identities have more than the {enrolled} pictures that "
            "are enrolled, and two are needed."
        ]
    notes = [
        f"Identification: {identities} identities with {enrolled} enrolled pictures each, the other pictures "
        f"searched, in {repeats} draws; intervals are over identities."
    ]
    if identities < FEW_GROUPS:
        notes.append(f"Intervals over {identities} identities are too narrow: at least {FEW_GROUPS} are needed.")
    notes += [
        f"Rank {rank} is not told: there are no more than {rank} identities to choose from."
        for rank in RANKS
        if metrics[f"rank{rank}"] is None
    ]
    if metrics["fpir"] is None:
        notes.append(
            "Rejection of strangers is not told: there are too few of them to choose a threshold for a false-accept "
            f"rate of {false_accept_rate:g} and to be searched for."
        )
    else:
        rule = f"for a false-accept rate of {false_accept_rate:g}, on other strangers" if chose else "beforehand"
        notes.append(
            "FPIR is the part of the searches of strangers that name somebody, FNIR the part of the searches of "
            f"enrolled people that do not name them; the threshold was chosen {rule}."
        )
    return notes
