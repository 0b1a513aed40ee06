"""Where a deployment stands: counts, rates, the test, the guards, and what is to be done."""

from __future__ import annotations

import msgspec

from engine.registry.paths import ModelHome
from engine.traffic.activity import Activity, Recent
from engine.traffic.deployment import Deployment
from engine.traffic.evidence import Evidence, evidence_of
from engine.traffic.judging import Judgement, judge
from engine.traffic.logs import log_of
from engine.traffic.outcomes import OUTCOMES, OutcomeCounts
from engine.traffic.ramping import Decision, Guard, decide, guards_of
from engine.traffic.request_log import Count


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment as it stands."""

    deployment: Deployment
    production: Count
    """Requests that were answered to a caller by production since the start."""
    candidate: Count
    """By the candidate, or in its shadow."""
    evidence: Evidence
    judgement: Judgement
    guards: tuple[Guard, ...]
    recent_production: Recent
    recent_candidate: Recent
    decision: Decision


class Follower:
    """Follows one deployment for those who ask often."""

    def __init__(self, home: ModelHome, deployment: Deployment) -> None:
        log = log_of(home, deployment)
        self.id = deployment.id
        self._activity = Activity(log)
        self._outcomes = OutcomeCounts(log.folder / OUTCOMES)

    def status(self, deployment: Deployment) -> Status:
        """As it stands now; `deployment` is the same after its last move."""
        self._activity.refresh()
        self._outcomes.refresh()
        return status_from(deployment, self._activity, evidence_of(self._outcomes.cells))


def status_from(deployment: Deployment, activity: Activity, evidence: Evidence) -> Status:
    """What counts come to."""
    judgement = judge(evidence, deployment.policy.alpha)
    production, candidate = activity.recent("production"), activity.recent("candidate")
    totals = activity.totals
    answered, shadowed = (counts.get(deployment.candidate, Count()) for counts in (totals.answered, totals.shadowed))
    return Status(
        deployment=deployment,
        production=totals.answered.get(deployment.production, Count()),
        candidate=answered + shadowed,
        evidence=evidence,
        judgement=judgement,
        guards=guards_of(deployment, judgement, candidate, production),
        recent_production=production,
        recent_candidate=candidate,
        decision=decide(deployment, evidence, judgement, candidate=candidate, production=production),
    )
