"""`/models`: versions of trained models, into production and back out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.errors import NotFoundError
from engine.registry import promotion
from engine.registry.history import read_history
from engine.registry.paths import ModelHome
from engine.registry.reference import Reference
from engine.registry.standing import standing_of
from engine.registry.store import find_version, home_of, models, versions
from engine.service.errors import ConflictError, GateCheck, checks_of
from engine.service.guard import Caller, GuardedRoute, may_answer
from engine.service.routes.answers import ModelPath, ProfilePath
from engine.service.routes.model_answers import ModelAnswer, MoveAnswer, model_answer, move_answer
from engine.service.service import Here, Sender, Service

router = APIRouter(route_class=GuardedRoute, tags=["models"])

Selector = Annotated[str, StringConstraints(pattern=r"^([1-9][0-9]{0,8}|staging|production|previous|latest)$")]
Why = Annotated[str, StringConstraints(max_length=500)]


class ModelList(BaseModel):
    """Models that have a version."""

    models: list[ModelAnswer]


class History(BaseModel):
    """Moves of a model, newest first."""

    moves: list[MoveAnswer]


class Promotion(BaseModel):
    """Which version goes into production."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": "3", "why": "better on the new poles"}]}
    )
    version: Selector = Field(description="A number, or staging or latest.")
    why: Why = Field(default="", description="Stands in the history.")
    force: bool = Field(default=False, description="Although the gate refuses; needs `why`.")
    expected_seq: Annotated[int, Field(ge=0, le=2**53)] | None = Field(
        default=None, description="The last move that the decision rests on; 409 where there was another since."
    )


class Staging(BaseModel):
    """Which version goes into staging."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": "latest"}]})
    version: Selector = Field(description="A number, or production, previous or latest.")
    why: Why = Field(default="", description="Stands in the history.")


class Rollback(BaseModel):
    """Why the version before comes back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "too many false alarms"}]})
    why: Why = Field(default="", description="Stands in the history.")


class Moved(BaseModel):
    """What was done, and what stands now."""

    move: MoveAnswer
    production: int | None
    staging: int | None
    previous: int | None
    gate: list[GateCheck] | None = Field(description="What the gate said; null where it was not asked.")


@router.get("/models", summary="Models that have a version")
def list_models(service: Here) -> ModelList:
    return ModelList(models=[model_answer(home) for home in models(service.workspace)])


@router.get("/models/{profile}/{model}", summary="A model with its versions", responses=may_answer(404))
def show(service: Here, profile: ProfilePath, model: ModelPath) -> ModelAnswer:
    return model_answer(existing_home(service, profile, model))


@router.get("/models/{profile}/{model}/history", summary="Every move of a model", responses=may_answer(404))
def history(
    service: Here,
    profile: ProfilePath,
    model: ModelPath,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
) -> History:
    entries = read_history(existing_home(service, profile, model))
    return History(moves=[move_answer(service, entry) for entry in reversed(entries[-limit:])])


@router.post(
    "/models/{profile}/{model}/promote",
    summary="Put a version into production, through the gate",
    description="409 with what the gate said where it refuses, and where somebody else moved the model meanwhile.",
    responses=may_answer(404, 409),
)
async def promote(service: Here, sender: Sender, profile: ProfilePath, model: ModelPath, wanted: Promotion) -> Moved:
    def work() -> Moved:
        version = find_version(service.workspace, reference(profile, model, wanted.version))
        if standing_of(version.home).production == version.number:
            raise ConflictError(f"{version.name} is in production already", fix="there is nothing to do")
        done = promotion.promote(
            service.workspace,
            Reference(profile, model, version.number),
            why=wanted.why,
            who=who_of(sender),
            force=wanted.force,
            expected_seq=wanted.expected_seq,
        )
        return _moved(service, done)

    return await service.in_time(work, service.limits.work_timeout_s)


@router.post("/models/{profile}/{model}/stage", summary="Point staging at a version", responses=may_answer(404, 409))
def stage(service: Here, sender: Sender, profile: ProfilePath, model: ModelPath, wanted: Staging) -> Moved:
    version = find_version(service.workspace, reference(profile, model, wanted.version))
    done = promotion.stage(
        service.workspace, Reference(profile, model, version.number), why=wanted.why, who=who_of(sender)
    )
    return _moved(service, done)


@router.post(
    "/models/{profile}/{model}/rollback",
    summary="Bring back what was in production before",
    responses=may_answer(404, 409),
)
def rollback(
    service: Here, sender: Sender, profile: ProfilePath, model: ModelPath, wanted: Rollback | None = None
) -> Moved:
    home = existing_home(service, profile, model)
    if standing_of(home).previous is None:
        raise ConflictError(f"{home.name} has no version to go back to", fix="promote another version")
    why = wanted.why if wanted is not None else ""
    return _moved(service, promotion.rollback(service.workspace, profile, model, why=why, who=who_of(sender)))


def reference(profile: str, model: str, selector: str) -> Reference:
    """A version by what a request calls it."""
    return Reference(profile, model, int(selector) if selector.isdigit() else selector)


def who_of(caller: Caller) -> str:
    """Who stands in the history for a caller."""
    return f"token {caller.name}" if caller.name != "local" else "service"


def existing_home(service: Service, profile: str, model: str) -> ModelHome:
    """The home of a model. Raises NotFoundError where it has no version."""
    if not versions(service.workspace, profile, model):
        raise NotFoundError(f"{profile}/{model} has no version", fix="GET /models lists those there are")
    return home_of(service.workspace, profile, model)


def _moved(service: Service, done: promotion.Move) -> Moved:
    root = str(service.workspace.root)
    return Moved(
        move=move_answer(service, done.entry),
        production=done.standing.production,
        staging=done.standing.staging,
        previous=done.standing.previous,
        gate=checks_of(done.gate, root) if done.gate is not None else None,
    )
