"""Whether a model is used on inputs that are not like those of its training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.profiles.triggers import PERIOD_DAYS, Environment, NewLocations
from engine.triggers.log import Numbers
from engine.triggers.recent import Recent, read_recent, recent_folder
from engine.triggers.reference import Reference, places_of, reference_of
from engine.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.registry.store import Version


@dataclass(frozen=True)
class Seen:
    """A look at the environment."""

    fired: bool
    why: str
    numbers: Numbers
    until: float | None = None
    """Inputs up to then were tested, and are not tested again; None where too few came for a test."""
    places: tuple[str, ...] = ()
    """Those that are new."""


def look(
    workspace: Workspace,
    version: Version,
    wanted: Environment,
    *,
    since: float,
    now: float,
    known: frozenset[str] = frozenset(),
) -> Seen:
    """Test the inputs that came after `since` against those of the training. `known`: places for which it fired once.

    Raises InputError where there is nothing to test against.
    """
    recent = read_recent(recent_folder(version.home.root, version.number), since, now)
    numbers: Numbers = {"inputs": len(recent.t)}
    new = _new_places(workspace, version, wanted.new_locations, recent, known)
    enough = len(recent.t) >= wanted.minimum
    if not enough and not new:
        return Seen(False, f"{len(recent.t)} fresh inputs of {wanted.minimum} that a test needs", numbers)
    said, fired = [], bool(new)
    for place, count in new.items():
        said.append(f"{count} inputs come from {place!r}, which the training data does not know")
        numbers[f"inputs from {place}"] = count
    if enough and wanted.tests:
        reference = reference_of(
            workspace, version, kind=recent.kind if wanted.test else "", confidences=wanted.confidence_psi is not None
        )
        told = tested(reference, recent, wanted, seed=int(now))
        fired = fired or told.fired
        said.append(told.why)
        numbers |= told.numbers
    return Seen(fired, "; ".join(said), numbers, float(recent.t[-1]), tuple(new))


def tested(reference: Reference, recent: Recent, wanted: Environment, seed: int) -> Seen:
    """The statistical tests of a trigger, each at its share of the rate."""
    from engine.triggers import drift

    share = wanted.rate_per_test
    numbers: Numbers = {"rate of each test": share}
    said, fired = [], False
    chosen = _window(recent, wanted.window, seed)
    if wanted.test is not None:
        if recent.vectors.shape[1] == 0:
            raise InputError("no vectors of inputs are kept for this model", fix="test confidence_psi alone")
        if reference.vectors.shape[1] != recent.vectors.shape[1]:
            raise InputError("inputs are described otherwise than those of the training", fix="wait for fresh ones")
        test = drift.mmd if wanted.test == "mmd" else drift.classifier
        found = test(reference.vectors[: wanted.window], recent.vectors[chosen], seed)
        measure = "squared MMD" if wanted.test == "mmd" else "area under the ROC curve"
        numbers |= {wanted.test: found.value, f"{wanted.test} p": found.p}
        fired = found.p <= share
        said.append(
            f"{len(chosen)} recent inputs {'are not' if fired else 'may well be'} like those of the training "
            f"({measure} {found.value:.3g}, p = {found.p:.2g}, where {share:.2g} fires: {wanted.rate:g} in "
            f"{PERIOD_DAYS} days)"
        )
    if wanted.confidence_psi is not None:
        told = _confidences(reference, recent, chosen, wanted, seed)
        fired = fired or told.fired
        said.append(told.why)
        numbers |= told.numbers
    return Seen(fired, "; ".join(said), numbers)


def _confidences(
    reference: Reference, recent: Recent, chosen: NDArray[np.int64], wanted: Environment, seed: int
) -> Seen:
    import numpy as np

    from engine.triggers import drift

    assert wanted.confidence_psi is not None
    before = reference.confidences[np.isfinite(reference.confidences)]
    now = recent.confidences[chosen]
    now = now[np.isfinite(now)]
    if min(len(before), len(now)) < wanted.minimum // 2:
        return Seen(False, f"{len(now)} recent answers and {len(before)} of before say how sure they are", {})
    found = drift.psi(before, now, seed)
    fired = found.value >= wanted.confidence_psi and found.p <= wanted.rate_per_test
    said = (
        f"confidences {'have' if fired else 'have not'} moved (PSI {found.value:.3g} where {wanted.confidence_psi:g} "
        f"fires, p = {found.p:.2g} where {wanted.rate_per_test:.2g} does)"
    )
    return Seen(fired, said, {"psi": found.value, "psi p": found.p})


def _window(recent: Recent, window: int, seed: int) -> NDArray[np.int64]:
    """Which inputs are tested: each as likely as the inputs it stands for are many (Efraimidis & Spirakis 2006)."""
    import numpy as np

    keys = np.random.default_rng([seed, 4]).random(len(recent.t)) ** (1 / recent.weights)
    return np.sort(np.argsort(keys)[-window:])


def _new_places(
    workspace: Workspace,
    version: Version,
    wanted: NewLocations | None,
    recent: Recent,
    known: frozenset[str],
) -> Mapping[str, int]:
    """Place → inputs from there."""
    if wanted is None:
        return {}
    counts = {
        place: count
        for place, count in recent.places.get(wanted.column, {}).items()
        if place and count >= wanted.minimum and place not in known and place not in wanted.known
    }
    if not counts:
        return {}
    before = places_of(workspace, version, wanted.column)
    if not before and not wanted.known:
        return {}  # training data that names no place knows none, and everywhere would be new
    return {place: count for place, count in sorted(counts.items()) if place not in before}
