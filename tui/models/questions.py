"""What is asked before a model is moved: what would be done, in sentences, and the fields that it needs. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.registry.thresholds import AUTOMATIC
from tui.models.shelf import ModelSeen, VersionSeen

Values = Mapping[str, str]
"""Field → what was written."""


@dataclass(frozen=True)
class Asked:
    """A field."""

    name: str
    title: str
    value: str = ""
    placeholder: str = ""


WHY = Asked("why", "Why (stands in the history)")


@dataclass(frozen=True)
class Question:
    """A window that asks."""

    title: str
    sentences: tuple[str, ...]
    verb: str
    fields: tuple[Asked, ...] = (WHY,)
    missing: Callable[[Values], str] = lambda values: ""
    """What is wrong with the fields, in a sentence; empty when the move may be made."""


def ask_rollback(seen: ModelSeen) -> Question:
    """From the version in production to the one before."""
    standing = seen.standing
    told = [f"Production goes from @{standing.production} back to @{standing.previous}, without the gate."]
    if standing.deployment is not None:
        told.append("The A/B ends with it.")
    return Question(f"Roll {seen.name} back?", tuple(told), f"Roll back to @{standing.previous}")


def ask_stage(seen: ModelSeen, version: VersionSeen) -> Question:
    """A version becomes the candidate."""
    before = seen.standing.staging
    told = f"Staging goes from @{before} to @{version.number}." if before else f"Staging goes to @{version.number}."
    return Question(
        f"Stage {seen.reference(version.number)}?", (told, "Production stays as it is."), f"Stage @{version.number}"
    )


def ask_threshold(seen: ModelSeen, version: VersionSeen) -> Question:
    """A threshold goes up."""
    own = version.manifest.thresholds if version.manifest is not None else {}
    now = {**own, **seen.standing.thresholds.get(version.number, {})}
    told = ", ".join(f"{name} {value:g}" for name, value in now.items()) or "none is set"
    known = sorted({*now, AUTOMATIC})

    def missing(values: Values) -> str:
        name = values["name"]
        if name not in known:
            return f"There is no threshold {name!r}; write one of {', '.join(known)}."
        try:
            value = float(values["value"])
        except ValueError:
            return "Write the threshold as a number from 0 to 1."
        if not math.isfinite(value) or not 0 <= value <= 1:
            return "Write the threshold as a number from 0 to 1."
        before = now.get(name)
        if before is not None and value <= before:
            return f"{name} is {before:g} already, and thresholds are only raised."
        return ""

    return Question(
        f"Raise a threshold of {seen.reference(version.number)}?",
        (
            f"In force: {told}.",
            f"Decisions of at least `{AUTOMATIC}` are not verified by people. Thresholds are only raised.",
        ),
        "Raise it",
        (Asked("name", "Which", AUTOMATIC), Asked("value", "New threshold", placeholder="0 to 1"), WHY),
        missing,
    )
