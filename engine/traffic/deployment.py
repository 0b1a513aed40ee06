"""A deployment: a candidate beside the version in production, and the rules it goes by.

It is kept as an entry of the model's history (`engine.registry.history`), which holds it whole after each move.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from engine.errors import WorkError

Mode = Literal["split", "shadow"]
WHOLE = 100.0


class TrafficPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a deployment: `traffic:` of the profile, as it was when the deployment began."""

    start: Mode = "split"
    steps: tuple[float, ...] = (10.0, 50.0, 100.0)
    """Shares of the candidate, per cent, rising."""
    min_outcomes: int = 50
    """Labelled outcomes of the candidate before a step is taken without proof that it is better."""
    alpha: float = 0.05
    """Error level of each statement: «better» of a candidate that is not, «worse» of one that is not."""
    not_worse_by: float | None = 0.05
    """Before the last step it must be ruled out that the candidate is wrong so much more often; None: not asked."""
    max_excess_errors: float = 0.0
    """A candidate that is shown to be wrong more often than production by more than this falls back."""
    max_excess_failures: float = 0.05
    """The same of requests that it could not answer, among the last ones."""
    latency_p95_ms: float | None = None
    """95th percentile of the candidate's last requests above which it falls back; None: not asked."""
    min_requests: int = 100
    """Requests of the candidate before its latency counts, and before a promotion is offered."""
    automatic: bool = True
    """Steps are taken by themselves; a fallback always is."""


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """What is deployed, after its last move."""

    id: str
    """Names its directory under `traffic/`."""
    production: int
    """The version that it is held against. It stays: a promotion or a rollback ends the deployment."""
    candidate: int
    mode: Mode
    share: float
    """Per cent of the keys that the candidate answers; 0 in shadow, where production answers all."""
    step: int = 0
    """Moves since the start."""
    salt: str
    """Of the hash that keys are assigned by."""
    started: float
    """Unix seconds."""
    promoted: float | None = None
    """When `production` went into production."""
    policy: TrafficPolicy = TrafficPolicy()

    @property
    def next_share(self) -> float | None:
        """The step of the policy above the share; None at the last."""
        return next((share for share in self.policy.steps if share > self.share), None)

    @property
    def is_shadow(self) -> bool:
        return self.mode == "shadow"

    def at(self, share: float) -> Deployment:
        """The same one step on; a shadow becomes a split."""
        return msgspec.structs.replace(self, mode="split", share=share, step=self.step + 1)


def new_deployment(
    *,
    production: int,
    candidate: int,
    mode: Mode,
    share: float,
    started: float,
    policy: TrafficPolicy,
    promoted: float | None = None,
) -> Deployment:
    """A deployment with a salt of its own: keys fall to its arms independently of earlier ones."""
    salt = secrets.token_hex(16)
    return Deployment(
        id=f"{candidate}-{salt[:12]}",
        production=production,
        candidate=candidate,
        mode=mode,
        share=0.0 if mode == "shadow" else share,
        salt=salt,
        started=started,
        promoted=promoted,
        policy=policy,
    )


def deployment_of(kept: Mapping[str, Any] | None) -> Deployment | None:
    """The deployment that an entry of the history holds. Raises WorkError for what is none."""
    if kept is None:
        return None
    try:
        return msgspec.convert(kept, Deployment)
    except msgspec.ValidationError as problem:
        raise WorkError(
            f"the deployment in the history cannot be read ({problem})", fix="withdraw it: `engine models withdraw`"
        ) from None
