"""What is asked before a model is moved: what would be done, in sentences, and the fields that it needs. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.registry.thresholds import AUTOMATIC
from tui.models.shelf import ModelSeen, VersionSeen

SHADOW = "shadow"
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


def ask_deploy(seen: ModelSeen, version: VersionSeen) -> Question:
    """A version beside production."""

    def missing(values: Values) -> str:
        text = values["share"].lower()
        return "" if text in ("", SHADOW) else _no_share(text)

    return Question(
        f"Try {seen.reference(version.number)} beside @{seen.standing.production}?",
        (
            "It answers a part of the requests, always the same keys. The profile says which steps it takes, and "
            f"what takes it out again. In {SHADOW} it sees all requests and answers nobody.",
        ),
        f"Try @{version.number}",
        (Asked("share", f"Share of the requests in %, or {SHADOW}", placeholder="as the profile says"), WHY),
        missing,
    )


def ask_ramp(seen: ModelSeen, next_share: float | None) -> Question:
    """The candidate's next share."""
    deployment = seen.standing.deployment or {}
    candidate, share = deployment.get("candidate"), deployment.get("share")
    return Question(
        f"Give @{candidate} more of {seen.name}?",
        (f"It answers {share:g} % of the requests now. This goes on whatever the test says.",),
        "Change its share",
        (Asked("share", "Share of the requests in %", f"{next_share:g}" if next_share is not None else ""), WHY),
        lambda values: _no_share(values["share"]),
    )


def ask_withdraw(seen: ModelSeen) -> Question:
    """The candidate goes."""
    candidate = (seen.standing.deployment or {}).get("candidate")
    told = f"@{candidate} answers nobody any more, and production everything. What was counted stays on the disk."
    return Question(f"Withdraw @{candidate} of {seen.name}?", (told,), f"Withdraw @{candidate}")


def share_of(text: str) -> float | None:
    """Per cent; None where it is no share."""
    try:
        share = float(text.strip().removesuffix("%"))
    except ValueError:
        return None
    return share if 0 < share <= 100 else None


def _no_share(text: str) -> str:
    return "" if share_of(text) is not None else "Write the share as a number above 0 and up to 100."


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
