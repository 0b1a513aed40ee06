"""`/models/…/deploy`: a candidate beside production, and how it does."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine.errors import NotFoundError
from engine.registry.standing import standing_of
from engine.registry.store import find_version
from engine.service.errors import ConflictError
from engine.service.guard import GuardedRoute, may_answer
from engine.service.routes.answers import ModelPath, ProfilePath
from engine.service.routes.model_answers import MoveAnswer, move_answer
from engine.service.routes.models import Rollback, Selector, Why, existing_home, reference, who_of
from engine.service.service import Here, Sender, Service
from engine.traffic import deploying
from engine.traffic.deployment import Deployment, TrafficPolicy
from engine.traffic.policy import policy_of

router = APIRouter(route_class=GuardedRoute, tags=["models"])

Share = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


class Deploy(BaseModel):
    """Which version is tried beside production."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": "staging", "share": 10}]})
    version: Selector = Field(description="A number, or staging or latest.")
    share: Share | None = Field(
        default=None, description="Per cent of the keys that it answers; left out: the first step of the profile."
    )
    shadow: bool = Field(default=False, description="It sees all requests, and nobody gets its answers.")
    why: Why = Field(default="", description="Stands in the history.")


class Ramp(BaseModel):
    """How far the candidate goes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"share": 50}]})
    share: Share | None = Field(default=None, description="Per cent; left out: the next step of the profile.")
    why: Why = Field(default="", description="Stands in the history.")


class Deployed(BaseModel):
    """A candidate beside production."""

    id: str
    candidate: int
    production: int
    mode: Literal["split", "shadow"]
    share: float = Field(description="Per cent of the keys that the candidate answers.")
    step: int
    started: float = Field(description="Unix seconds.")


class DeploymentStatus(BaseModel):
    """How the candidate does."""

    deployment: Deployed
    production_requests: int
    candidate_requests: int
    action: str = Field(description="What the rules say: stay, ramp, fallback, offer a promotion.")
    why: str
    judgement: dict[str, Any] = Field(description="What the sequential test says, valid however often it is asked.")
    guards: list[dict[str, Any]] = Field(description="What would make it fall back, with its numbers.")


class Withdrawn(BaseModel):
    """Production answers everything again."""

    move: MoveAnswer


@router.get("/models/{profile}/{model}/deployment", summary="How the candidate does", responses=may_answer(404))
def status(service: Here, profile: ProfilePath, model: ModelPath) -> DeploymentStatus:
    found = deploying.status_of(existing_home(service, profile, model))
    return DeploymentStatus(
        deployment=_deployed(found.deployment),
        production_requests=found.production.requests,
        candidate_requests=found.candidate.requests,
        action=found.decision.action,
        why=found.decision.why,
        judgement=msgspec.to_builtins(found.judgement),
        guards=[msgspec.to_builtins(guard) for guard in found.guards],
    )


@router.post(
    "/models/{profile}/{model}/deploy", summary="Try a version beside production", responses=may_answer(404, 409)
)
def deploy(service: Here, sender: Sender, profile: ProfilePath, model: ModelPath, wanted: Deploy) -> Deployed:
    home = existing_home(service, profile, model)
    version = find_version(service.workspace, reference(profile, model, wanted.version))
    standing = standing_of(home)
    if standing.production is None or standing.production == version.number or standing.deployment is not None:
        what = (
            "nothing is in production to be compared with"
            if standing.production is None
            else f"{version.name} is in production itself"
            if standing.production == version.number
            else "a candidate is deployed already"
        )
        raise ConflictError(what, where=home.name, fix="look at GET /models/PROFILE/MODEL")
    done = deploying.start(
        service.workspace,
        reference(profile, model, str(version.number)),
        share=None if wanted.shadow else wanted.share,
        mode="shadow" if wanted.shadow else None,
        policy=_policy(service, profile, model),
        why=wanted.why,
        who=who_of(sender),
    )
    return _deployed(done)


@router.post(
    "/models/{profile}/{model}/ramp", summary="Give the candidate a greater share", responses=may_answer(404, 409)
)
def ramp(
    service: Here, sender: Sender, profile: ProfilePath, model: ModelPath, wanted: Ramp | None = None
) -> Deployed:
    home = existing_home(service, profile, model)
    asked = wanted or Ramp()
    _, deployment = deploying.deployed(home)
    if asked.share is None and deployment.next_share is None:
        raise ConflictError("the candidate is at its last step", where=home.name, fix="promote it, or withdraw it")
    if asked.share == deployment.share and not deployment.is_shadow:
        raise ConflictError(f"the candidate has {asked.share:g} % already", where=home.name)
    return _deployed(deploying.ramp(home, asked.share, why=asked.why, who=who_of(sender)))


@router.post(
    "/models/{profile}/{model}/withdraw",
    summary="Take the candidate out",
    description="Production answers everything again.",
    responses=may_answer(404, 409),
)
def withdraw(
    service: Here, sender: Sender, profile: ProfilePath, model: ModelPath, wanted: Rollback | None = None
) -> Withdrawn:
    home = existing_home(service, profile, model)
    why = wanted.why if wanted is not None else ""
    return Withdrawn(move=move_answer(service, deploying.withdraw(home, why=why, who=who_of(sender))))


def _policy(service: Service, profile: str, model: str) -> TrafficPolicy:
    """The profile's rules; the usual ones for a model whose profile the service does not know."""
    try:
        return policy_of(service.projects.load(profile), model)
    except NotFoundError:
        return TrafficPolicy()


def _deployed(found: Deployment) -> Deployed:
    return Deployed(
        id=found.id,
        candidate=found.candidate,
        production=found.production,
        mode=found.mode,
        share=found.share,
        step=found.step,
        started=found.started,
    )
