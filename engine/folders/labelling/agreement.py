"""How far two raters agree beyond chance."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.folders.labelling.state import Rater


@dataclass(frozen=True)
class Agreement:
    """Two raters over the folders that both labelled."""

    first: Rater
    second: Rater
    both: int
    same: int
    kappa: float | None
    """None where it is undefined: nothing in common, or one label alone."""
    confused: tuple[tuple[str, str, int], ...] = ()
    """First's label, second's label, how often; the most frequent first."""
    differing: tuple[str, ...] = ()
    """Paths on which they differ."""


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """κ = (observed − expected) / (1 − expected) (Cohen 1960, doi 10.1177/001316446002000104).

    `pairs` holds both raters' label of each item. None where chance alone explains everything, so that the
    quotient is undefined: no pairs, or both raters gave one and the same label throughout.
    """
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(a == b for a, b in pairs) / total
    firsts, seconds = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(count * seconds[label] for label, count in firsts.items()) / (total * total)
    return None if expected == 1.0 else (observed - expected) / (1.0 - expected)


def agreements(by_rater: Mapping[Rater, Mapping[str, str]]) -> list[Agreement]:
    """Every two raters that labelled a folder in common, those with the most in common first."""
    found = []
    for first, second in itertools.combinations(sorted(by_rater, key=lambda rater: (rater[1], rater[0])), 2):
        one, other = by_rater[first], by_rater[second]
        common = [path for path in one if path in other]
        if not common:
            continue
        pairs = [(one[path], other[path]) for path in common]
        confused = Counter(pair for pair in pairs if pair[0] != pair[1])
        found.append(
            Agreement(
                first,
                second,
                both=len(common),
                same=sum(a == b for a, b in pairs),
                kappa=cohens_kappa(pairs),
                confused=tuple((a, b, count) for (a, b), count in confused.most_common()),
                differing=tuple(path for path in common if one[path] != other[path]),
            )
        )
    return sorted(found, key=lambda each: -each.both)
