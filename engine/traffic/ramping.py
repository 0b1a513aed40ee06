"""What is to be done about a deployment: a pure function of what is known of it."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from engine.traffic.activity import Recent
from engine.traffic.deployment import Deployment
from engine.traffic.evidence import Evidence
from engine.traffic.judging import Judgement

Action = Literal["stay", "ramp", "fallback", "offer"]
FAILURE_Z = 3.0
"""Of the lower bound on the candidate's failures: about one false alarm in a thousand windows."""
FEWEST_KEYS = 5
"""Before so many keys asked the candidate, failures do not count."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done, and why, with its numbers."""

    action: Action
    """`offer`: people may promote the candidate."""
    why: str
    share: float | None = None
    """The next share, of a ramp."""


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """A limit whose crossing takes the candidate out."""

    name: str
    crossed: bool
    told: str
    """The numbers, in words."""


def guards_of(
    deployment: Deployment, judgement: Judgement, candidate: Recent, production: Recent
) -> tuple[Guard, Guard, Guard]:
    """The three guards and where they stand."""
    policy = deployment.policy
    failures = lower_bound(candidate.failed, candidate.keys, FAILURE_Z) - production.failure_rate
    slow = policy.latency_p95_ms is not None and candidate.requests >= policy.min_requests
    budget = "no budget" if policy.latency_p95_ms is None else f"budget {policy.latency_p95_ms:g} ms"
    return (
        Guard(
            name="errors",
            crossed=judgement.upper < -policy.max_excess_errors,
            told=f"the candidate is wrong {_points(-judgement.upper)} to {_points(-judgement.lower)} more often "
            f"(allowed: {policy.max_excess_errors:.1%})",
        ),
        Guard(
            name="failures",
            crossed=candidate.keys >= FEWEST_KEYS and failures > policy.max_excess_failures,
            told=f"{candidate.failed} of {candidate.keys} keys got no answer from the candidate, "
            f"{production.failed} of {production.keys} from production "
            f"(allowed: {policy.max_excess_failures:.0%} more)",
        ),
        Guard(
            name="latency",
            crossed=slow and candidate.p95_ms is not None and candidate.p95_ms > (policy.latency_p95_ms or 0),
            told=f"95 % of {candidate.requests} requests took up to {_ms(candidate.p95_ms)} ({budget})",
        ),
    )


def decide(
    deployment: Deployment,
    evidence: Evidence,
    judgement: Judgement,
    *,
    candidate: Recent,
    production: Recent,
) -> Decision:
    """A crossed guard takes the candidate out at once. The next step needs proof that the candidate is better, or
    enough outcomes and none against it; the last step, that it is not much worse."""
    crossed = [guard for guard in guards_of(deployment, judgement, candidate, production) if guard.crossed]
    if crossed:
        return Decision(action="fallback", why="; ".join(guard.told for guard in crossed))
    if judgement.uneven:
        return Decision(
            action="stay",
            why=f"labels do not come to both alike ({judgement.outcomes[1]} of the candidate, "
            f"{judgement.outcomes[0]} of production): label answers of both as they come, or start anew",
        )
    if judgement.verdict == "worse":
        return Decision(
            action="stay", why=f"the candidate is worse, within what is allowed ({_difference(judgement)})"
        )
    better = judgement.verdict == "better"
    step = deployment.next_share
    if step is None:
        return _offer(deployment, judgement, candidate)
    labelled = _labelled(deployment, evidence)
    wanted = deployment.policy.min_outcomes
    if not better and labelled < wanted:
        return Decision(
            action="stay",
            why=f"{labelled} of {wanted} labelled outcomes of the candidate before {step:g} % "
            f"({_difference(judgement)})",
        )
    if not better and step == deployment.policy.steps[-1] and not _is_ruled_out(deployment, judgement):
        return Decision(
            action="stay",
            why=f"before {step:g} % it must be ruled out that the candidate is "
            f"{_points(deployment.policy.not_worse_by or 0)} worse ({_difference(judgement)})",
        )
    told = "the candidate is better" if better else f"{labelled} labelled outcomes and no proof against the candidate"
    why = f"{told} ({_difference(judgement)}): {step:g} %"
    if not deployment.policy.automatic:
        return Decision(action="stay", why=f"{why}, when somebody takes the step", share=step)
    return Decision(action="ramp", why=why, share=step)


def lower_bound(count: int, of: int, z: float) -> float:
    """Of a share, as Wilson has it (1927); 0 of nothing."""
    if not of:
        return 0.0
    rate, weight = count / of, z * z / of
    half = z * math.sqrt(rate * (1 - rate) / of + weight / (4 * of))
    return max(0.0, (rate + weight / 2 - half) / (1 + weight))


def _offer(deployment: Deployment, judgement: Judgement, candidate: Recent) -> Decision:
    wanted = deployment.policy.min_requests
    if candidate.requests < wanted:
        return Decision(
            action="stay", why=f"{candidate.requests} of {wanted} requests of the candidate at the last step"
        )
    known = judgement.verdict == "better" or _is_ruled_out(deployment, judgement)
    told = {"better": "better"}.get(
        judgement.verdict, "not shown to be worse" if known else "not shown to be as good"
    )
    return Decision(
        action="offer", why=f"the candidate is {told} ({_difference(judgement)}): promote it, or withdraw it"
    )


def _labelled(deployment: Deployment, evidence: Evidence) -> int:
    """Outcomes of the candidate since the last step."""
    if deployment.is_shadow:
        return evidence.pairs.count
    return evidence.of_share(deployment.share).candidate.count


def _is_ruled_out(deployment: Deployment, judgement: Judgement) -> bool:
    margin = deployment.policy.not_worse_by
    return margin is None or judgement.lower > -margin


def _difference(judgement: Judgement) -> str:
    found = "" if judgement.difference is None else f"{_points(judgement.difference, sign='+')}, "
    level = f"{1 - judgement.alpha:.0%}"
    return (
        f"{found}between {_points(judgement.lower, sign='+')} and {_points(judgement.upper, sign='+')}, {level} each"
    )


def _points(difference: float, sign: str = "") -> str:
    return f"{difference:{sign}.1%}"


def _ms(time: float | None) -> str:
    return "–" if time is None else f"{time:.0f} ms"
