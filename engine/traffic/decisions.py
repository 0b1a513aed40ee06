"""Whether an answer is acted on or verified by a person, and what an answer comes to for comparison."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.runs.spec import DecisionPolicy
from engine.traffic.request_log import Decision

FOUND = ("entities", "objects")
"""What a prediction that consists of several findings calls them."""
UNKNOWN = "unknown"


def confidence_of(prediction: Mapping[str, Any]) -> float | None:
    """How sure a prediction is: its `confidence`, or the least of what it found. None where it found nothing, says
    that it shows nobody known, or is of a task that gives no confidence."""
    if prediction.get("known") is False:
        return None
    for name in FOUND:
        found = prediction.get(name)
        if isinstance(found, list):
            return min((float(one["confidence"]) for one in found), default=None)
    confidence = prediction.get("confidence")
    return float(confidence) if isinstance(confidence, int | float) else None


def decide(confidence: float | None, threshold: float | None) -> Decision:
    """`automatic` from the threshold on; where nothing is known of either, a person looks."""
    return "automatic" if confidence is not None and threshold is not None and confidence >= threshold else "human"


def threshold_in_force(own: float | None, policy: DecisionPolicy, decided: int) -> float | None:
    """The automatic threshold after `decided` decisions since the version went into production: a new one is on
    probation, and must be surer."""
    if own is None or decided >= policy.probation_decisions:
        return own
    return min(1.0, own + policy.probation_raise)


def digest_of(prediction: Mapping[str, Any]) -> str:
    """16 hex digits that are equal for equal answers: the label, or the labelled spans. Empty for answers that are
    never equal to the last digit, such as boxes and similarities."""
    if isinstance(prediction.get("entities"), list):
        spans = sorted((one["start"], one["end"], one["label"]) for one in prediction["entities"])
        answer: object = [list(span) for span in spans]
    elif isinstance(prediction.get("label"), str):
        answer = UNKNOWN if prediction.get("known") is False else prediction["label"]
    else:
        return ""
    return hashlib.sha256(msgspec.json.encode(answer)).hexdigest()[:16]
