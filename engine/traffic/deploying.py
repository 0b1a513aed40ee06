"""Moves of a deployment: each is an entry of the model's history, and of two at once one wins."""

from __future__ import annotations

import time
from dataclasses import dataclass

from engine.errors import InputError, NotFoundError
from engine.registry.history import Action, Entry, Moved, append, operator
from engine.registry.paths import ModelHome
from engine.registry.reference import Reference
from engine.registry.standing import Standing, standing_of
from engine.registry.store import find_version, home_of
from engine.traffic.deployment import WHOLE, Deployment, Mode, TrafficPolicy, deployment_of, new_deployment
from engine.traffic.logs import as_entry
from engine.traffic.status import Follower, Status
from engine.workspace import Workspace

BY_ITSELF = "traffic"
"""Who moves a deployment by its own rules."""


@dataclass(frozen=True)
class Stepped:
    """What a look at a deployment led to."""

    status: Status | None
    """As it stood when it was looked at; None where nothing is deployed."""
    entry: Entry | None = None
    """The move that was made."""


def start(
    workspace: Workspace,
    reference: str | Reference,
    *,
    share: float | None = None,
    mode: Mode | None = None,
    policy: TrafficPolicy | None = None,
    why: str = "",
    who: str | None = None,
) -> Deployment:
    """Deploy a candidate beside production: at `share` per cent (the first step of the policy), or in shadow.

    Raises InputError where nothing is in production, something is deployed already, or the version is no candidate;
    Moved where somebody was first.
    """
    version = find_version(workspace, reference)
    home, policy = version.home, policy or TrafficPolicy()
    standing = standing_of(home)
    if standing.production is None:
        raise InputError(
            f"{home.name} has nothing in production to be compared with",
            fix=f"promote a version first: `engine models promote {version.name}`",
        )
    if standing.production == version.number:
        raise InputError(f"{version.name} is in production itself", fix="deploy another version")
    if standing.deployment is not None:
        running = deployment_of(standing.deployment)
        raise InputError(
            f"{home.name}@{running.candidate if running else '?'} is deployed already",
            fix=f"withdraw it first: `engine models withdraw {home.name}`",
        )
    deployment = new_deployment(
        production=standing.production,
        candidate=version.number,
        mode=mode or ("split" if share is not None else policy.start),
        share=_checked(share if share is not None else policy.steps[0]),
        started=time.time(),
        policy=policy,
        promoted=standing.promoted,
    )
    _write(home, standing, "deploy", deployment, who=who or operator(), why=why)
    return deployment


def ramp(home: ModelHome, share: float | None = None, *, why: str = "", who: str | None = None) -> Deployment:
    """Take the next step, or go to a share, whatever the test says. Raises NotFoundError, InputError, Moved."""
    standing, deployment = deployed(home)
    share = deployment.next_share if share is None else _checked(share)
    if share is None:
        raise InputError(f"{home.name} is at its last step", fix="promote the candidate or withdraw it")
    if share == deployment.share and not deployment.is_shadow:
        raise InputError(f"the candidate of {home.name} has {share:g} % already", fix="there is nothing to do")
    moved = deployment.at(share)
    _write(home, standing, "ramp", moved, who=who or operator(), why=why)
    return moved


def withdraw(home: ModelHome, *, why: str = "", who: str | None = None) -> Entry:
    """Take the candidate out: production answers all again. Raises NotFoundError, Moved."""
    standing = standing_of(home)
    if standing.deployment is None:
        raise _nothing(home)
    return _write(home, standing, "withdraw", None, who=who or operator(), why=why)


def step(home: ModelHome, follower: Follower | None = None) -> Stepped:
    """Look at a deployment and do what its rules say: stay, take the next step, fall back. Doing it again, or from
    two places at once, does it once: whoever decided on something that is no longer so does nothing."""
    standing = standing_of(home)
    deployment = deployment_of(standing.deployment)
    if deployment is None:
        return Stepped(None)
    if follower is None or follower.id != deployment.id:
        follower = Follower(home, deployment)
    status = follower.status(deployment)
    decision = status.decision
    try:
        if decision.action == "fallback":
            return Stepped(status, _write(home, standing, "fallback", None, who=BY_ITSELF, why=decision.why))
        if decision.action == "ramp" and decision.share is not None:
            moved = deployment.at(decision.share)
            return Stepped(status, _write(home, standing, "ramp", moved, who=BY_ITSELF, why=decision.why))
    except Moved:
        return Stepped(status)
    return Stepped(status)


def status_of(home: ModelHome) -> Status:
    """Where the deployment stands; moves nothing. Raises NotFoundError where there is none."""
    _, deployment = deployed(home)
    return Follower(home, deployment).status(deployment)


def deployed(home: ModelHome) -> tuple[Standing, Deployment]:
    """What stands, and what is deployed. Raises NotFoundError where nothing is."""
    standing = standing_of(home)
    deployment = deployment_of(standing.deployment)
    if deployment is None:
        raise _nothing(home)
    return standing, deployment


def home_named(workspace: Workspace, profile: str, model: str) -> ModelHome:
    """The home of a model that has versions. Raises NotFoundError."""
    home = home_of(workspace, profile, model)
    if not home.root.is_dir():
        raise NotFoundError(f"there is no model {home.name}", fix="`engine models list` shows those there are")
    return home


def _write(
    home: ModelHome, standing: Standing, action: Action, deployment: Deployment | None, *, who: str, why: str
) -> Entry:
    # What was deployed may be unreadable, and must still be withdrawn.
    candidate = deployment.candidate if deployment is not None else (standing.deployment or {}).get("candidate")
    entry = Entry(
        who=who,
        action=action,
        from_version=standing.production,
        to_version=candidate if isinstance(candidate, int) else None,
        why=why,
        detail={} if deployment is None else {"deployment": as_entry(deployment)},
    )
    return append(home, entry, expected_seq=standing.seq)


def _checked(share: float) -> float:
    if not 0 < share <= WHOLE:
        raise InputError(f"{share:g} % is no share of the requests", fix="give a number above 0 and up to 100")
    return share


def _nothing(home: ModelHome) -> NotFoundError:
    return NotFoundError(
        f"nothing of {home.name} is deployed", fix=f"`engine models deploy {home.name}@N --share 10`"
    )
