"""What becomes of an attempt: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Literal

HOUR_S, DAY_S = 3600.0, 86_400.0
DELAYS_S = (5.0, 30.0, 120.0, 600.0, HOUR_S, 6 * HOUR_S, 12 * HOUR_S, DAY_S, DAY_S)
"""Between the attempts: ten in 2.8 days."""
JITTER = 0.1
"""Share by which a delay is longer or shorter, so that senders do not come in step."""
LONGEST_ASKED_S = DAY_S
"""What a `Retry-After` can ask for."""

Outcome = Literal["delivered", "gone", "refused", "unanswered", "unreachable"]
"""`gone`: the endpoint wants no more (410). `refused`: any other answer. `unanswered`: no answer in time, or an
address or certificate that is not accepted. `unreachable`: nobody listens."""


@dataclass(frozen=True)
class Attempt:
    """What one attempt came to."""

    outcome: Outcome
    said: str
    """For people."""
    status: int = 0
    """Of the answer; 0 without one."""
    retry_after_s: float = 0.0
    """How long the answer asks to wait."""

    @property
    def why(self) -> str:
        """In a word, as it stands in a file name."""
        return f"http{self.status}" if self.status else self.outcome


def delay_s(tries: int, attempt: Attempt, chance: float) -> float | None:
    """How long to wait after the attempt number `tries` failed; None when it is given up.

    `chance` in [0, 1) draws the jitter.
    """
    if attempt.outcome == "gone" or tries > len(DELAYS_S):
        return None
    usual = DELAYS_S[tries - 1] * (1 - JITTER + 2 * JITTER * chance)
    return max(usual, min(attempt.retry_after_s, LONGEST_ASKED_S))


def outcome_of(status: int) -> Outcome:
    """What an answer means. A redirect is a refusal: the body goes where its sender was told, nowhere else."""
    if 200 <= status < 300:
        return "delivered"
    return "gone" if status == 410 else "refused"


def retry_after_s(header: str | None, now: float) -> float:
    """Seconds that a `Retry-After` asks to wait, as a number or as a date (RFC 9110, 10.2.3); 0 where it asks
    nothing that can be read."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        asked = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    asked = asked.replace(tzinfo=UTC) if asked.tzinfo is None else asked
    return max(0.0, asked.timestamp() - now)
