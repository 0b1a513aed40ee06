"""What feedback there is, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.feedback.records import LabelRecord
from engine.feedback.store import list_feedback, read_feedback
from engine.workspace import Workspace


@dataclass(frozen=True)
class FeedbackSummary:
    """The feedback of one model."""

    profile: str
    model: str
    images: int
    """Images that count: those that have not expired."""
    labels: dict[str, int]
    """Label → how often it stands in them."""
    kinds: dict[str, int]
    """Why they were collected → images; empty for detections."""
    expired: int
    """Images that `engine data expire` removes."""
    next_expiry: str | None
    """When the next one expires."""
    without_consent: int
    unreadable: int
    """Lines that a crash or a damaged disk left."""


def summaries(workspace: Workspace, now: datetime | None = None) -> list[FeedbackSummary]:
    """The feedback of every model of the workspace, by name."""
    now = datetime.now(UTC) if now is None else now
    return [_summary(workspace, about.profile, about.model, now) for about in list_feedback(workspace)]


def _summary(workspace: Workspace, profile: str, model: str, now: datetime) -> FeedbackSummary:
    feedback = read_feedback(workspace, profile, model)
    current = feedback.current(now)
    labels = Counter(claim.label for record in current for claim in feedback.form.claims(record))
    kinds = Counter(record.kind for record in current if isinstance(record, LabelRecord))
    upcoming = [record.expires for record in current if record.expires is not None]
    return FeedbackSummary(
        profile=profile,
        model=model,
        images=len(current),
        labels=dict(sorted(labels.items())),
        kinds=dict(sorted(kinds.items())),
        expired=len({record.sha256 for record in feedback.records}) - len(current),
        next_expiry=min(upcoming).isoformat() if upcoming else None,
        without_consent=sum(record.consent is None for record in current),
        unreadable=feedback.unreadable,
    )
