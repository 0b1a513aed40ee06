"""What a curation looks for, and from where on it speaks up."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_args

from engine.curation.findings import Search
from engine.errors import InputError

SEARCHES: tuple[str, ...] = get_args(Search)


@dataclass(frozen=True)
class Thresholds:
    """From where on something is reported. Chosen on the ORL faces and on drawn pictures (benchmarks/curation.py)."""

    blur: float = field(default=0.73, metadata={"range": (0.0, 1.0)})
    """Probability that a picture is one that was blurred, were half of them."""
    laplacian: float = field(default=0.0, metadata={"range": (0.0, 1e6)})
    """Least variance of the Laplacian on a scale of 0 to 255, as tutorials use it (100); 0 is off. A sharp picture of
    something smooth has a low one, too."""
    exposure: float = field(default=0.15, metadata={"range": (0.0, 1.0)})
    """Part of the range below which the brightest, or above whose counterpart the darkest, part of a picture is."""
    clipped: float = field(default=0.5, metadata={"range": (0.0, 1.0)})
    """Part of a picture's pixels that have the lowest or the highest value there is."""
    hamming: float = field(default=12, metadata={"range": (0.0, 32.0)})
    """Bits of 64 in which the perceptual hashes of two pictures may differ for them to be compared."""
    duplicate: float = field(default=0.91, metadata={"range": (0.0, 1.0)})
    """Correlation of the fine detail of two pictures that lie upon each other."""
    label: float = field(default=0.5, metadata={"range": (0.0, 1.0)})
    """Estimated part of wrong labels among those that are as doubtful."""


@dataclass(frozen=True)
class Settings:
    """One curation."""

    searches: tuple[str, ...] = SEARCHES
    thresholds: Thresholds = Thresholds()
    seed: int = 13


def settings_from(only: Sequence[str] = (), thresholds: Mapping[str, float] | Iterable[str] = ()) -> Settings:
    """Settings from what a person wrote: names of searches, and `NAME=VALUE` or a mapping. Raises InputError."""
    for name in only:
        if name not in SEARCHES:
            raise InputError(
                f"curation cannot look for {name[:60]!r}", where="--only", fix=f"write {_choice(name, SEARCHES)}"
            )
    return Settings(tuple(name for name in SEARCHES if not only or name in only), _thresholds(thresholds))


def _thresholds(given: Mapping[str, float] | Iterable[str]) -> Thresholds:
    known = {one.name: one.metadata["range"] for one in fields(Thresholds)}
    pairs = list(given.items()) if isinstance(given, Mapping) else [_split(text) for text in given]
    changes: dict[str, float] = {}
    for name, written in pairs:
        if name not in known:
            what = f"there is no threshold {name[:60]!r}"
            raise InputError(what, where="--threshold", fix=f"write {_choice(name, tuple(known))}")
        low, high = known[name]
        value = _number(written)
        if value is None or not low <= value <= high:
            what = f"the threshold {name} cannot be {str(written)[:40]!r}"
            raise InputError(what, where="--threshold", fix=f"write a number from {low:g} to {high:g}")
        changes[name] = value
    return replace(Thresholds(), **changes)


def _split(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{text[:60]!r} is no threshold", where="--threshold", fix="write NAME=VALUE, as blur=0.8")
    return name.strip(), value.strip()


def _number(written: Any) -> float | None:
    try:
        return float(written)
    except (TypeError, ValueError):
        return None


def _choice(name: str, among: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, among, n=1)
    return near[0] if near else f"one of {', '.join(among)}"
