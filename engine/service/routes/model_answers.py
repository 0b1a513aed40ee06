"""What is answered of models, their versions and their moves."""

from __future__ import annotations

from pydantic import BaseModel, Field

from engine.errors import InputError
from engine.registry.history import Entry
from engine.registry.paths import ModelHome
from engine.registry.standing import Standing, standing_of
from engine.registry.store import Version, versions
from engine.registry.thresholds import thresholds_of
from engine.service.errors import shown
from engine.service.service import Service
from engine.workspace import Workspace

MOST_LISTED = 200


class VersionAnswer(BaseModel):
    """A version of a model."""

    name: str = Field(examples=["utility/ner@3"])
    number: int
    aliases: list[str] = Field(description="Of production, staging and previous.")
    run: str
    created: float = Field(description="Unix seconds.")
    headline: str
    score: float | None = Field(description="The headline metric on its own test split.")
    metrics: dict[str, float | None] = Field(description="All metrics there.")
    thresholds: dict[str, float] = Field(description="Those in force.")
    problem: str | None = Field(default=None, description="Why it cannot be used.")


class DeploymentAnswer(BaseModel):
    """A candidate beside production."""

    candidate: int
    production: int
    mode: str
    share: float = Field(description="Per cent of the keys that the candidate answers.")


class ModelAnswer(BaseModel):
    """A model with its versions."""

    profile: str
    model: str
    production: int | None
    staging: int | None
    previous: int | None = Field(description="What a rollback brings back.")
    seq: int = Field(description="The last move; a promotion may name it as `expected_seq`.")
    deployment: DeploymentAnswer | None
    versions: list[VersionAnswer] = Field(description="Newest first.")


class MoveAnswer(BaseModel):
    """A move of a model, as it stands in its history."""

    seq: int
    t: float = Field(description="Unix seconds.")
    who: str
    action: str
    alias: str
    from_version: int | None
    to_version: int | None
    why: str
    forced: bool
    gate_passed: bool | None = Field(description="What the gate said; null where it was not asked.")


def version_answers(home: ModelHome, standing: Standing | None = None) -> list[VersionAnswer]:
    """The versions of a model, newest first."""
    standing = standing or standing_of(home)
    found = versions_of(home)
    return [_version(one, standing) for one in found[:MOST_LISTED]]


def versions_of(home: ModelHome) -> list[Version]:
    """Newest first; none where there is no home."""
    return list(reversed(versions(Workspace(home.workspace), home.profile, home.model)))


def model_answer(home: ModelHome) -> ModelAnswer:
    """A model, as it is answered."""
    standing = standing_of(home)
    deployed = standing.deployment
    return ModelAnswer(
        profile=home.profile,
        model=home.model,
        production=standing.production,
        staging=standing.staging,
        previous=standing.previous,
        seq=standing.seq,
        deployment=DeploymentAnswer(
            candidate=deployed["candidate"],
            production=deployed["production"],
            mode=deployed["mode"],
            share=deployed["share"],
        )
        if deployed is not None
        else None,
        versions=version_answers(home, standing),
    )


def _version(version: Version, standing: Standing) -> VersionAnswer:
    aliases = [str(alias) for alias in standing.aliases_of(version.number)]
    try:
        manifest = version.manifest
    except InputError:
        problem = "its manifest cannot be read"
        return VersionAnswer(
            name=version.name,
            number=version.number,
            aliases=aliases,
            run="",
            created=0.0,
            headline="",
            score=None,
            metrics={},
            thresholds={},
            problem=problem,
        )
    return VersionAnswer(
        name=version.name,
        number=version.number,
        aliases=aliases,
        run=manifest.run,
        created=manifest.created,
        headline=manifest.headline,
        score=manifest.score,
        metrics=manifest.measured,
        thresholds=thresholds_of(version, standing),
    )


def move_answer(service: Service, entry: Entry) -> MoveAnswer:
    return MoveAnswer(
        seq=entry.seq,
        t=entry.t,
        who=entry.who,
        action=entry.action,
        alias=entry.alias or "",
        from_version=entry.from_version,
        to_version=entry.to_version,
        why=shown(entry.why, str(service.workspace.root)),
        forced=entry.forced,
        gate_passed=bool(entry.gate["passed"]) if entry.gate and "passed" in entry.gate else None,
    )
