"""`/fine-tune`: start trainings, watch them, see what there is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine import api
from engine.errors import InputError, NotFoundError
from engine.profiles.schema import FULL, Name
from engine.registry.store import home_of
from engine.runs.spec import RunSpec
from engine.runs.state import ENDED, look
from engine.runs.store import list_runs, named_after
from engine.service.guard import GuardedRoute, may_answer
from engine.service.intents import start_once
from engine.service.routes.answers import EXAMPLE_RUN, RUN_ID, RunAnswer, run_answer
from engine.service.routes.model_answers import VersionAnswer, version_answers
from engine.service.routes.runs import existing
from engine.service.service import Here, Service

router = APIRouter(route_class=GuardedRoute, tags=["fine-tune"])
MOST_IN_PROGRESS = 50
_OWN_BASES = ("run:", "scratch:")

RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=80)]
Override = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9_.-]+=[^/\\~\x00-\x1f\x7f]*$", max_length=500, min_length=3)
]


class StartRequest(BaseModel):
    """Trainings to start."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"request_id": "nightly-2026-11-20", "profile": "utility", "models": ["ner"], "preset": "quick"}
            ]
        },
    )
    request_id: RequestId | None = Field(
        default=None,
        description="The same id with the same content starts nothing twice.",
    )
    profile: Name = Field(description="A profile by its name; GET /fine-tune/models lists them.")
    models: list[Name] = Field(default=[], max_length=50, description="Models of the profile; none: all.")
    preset: Name = Field(default=FULL, description="A preset of the profile; `full` is its own values.")
    set: list[Override] = Field(
        default=[],
        max_length=50,
        description="`KEY=VALUE` as for `--set`; a value is neither a path nor a Hub id.",
    )
    dataset: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=120)] | None = (
        Field(default=None, description="Id or unique prefix of a dataset, for one model.")
    )
    device: Annotated[str, StringConstraints(pattern=r"^(auto|cpu|cuda(:[0-9]{1,2})?)$")] = Field(
        default="auto", description="auto, cpu, cuda or cuda:N."
    )


class Started(BaseModel):
    """Detached runs that are on their way."""

    request_id: str
    runs: list[str] = Field(description="One for each model.", examples=[[EXAMPLE_RUN]])
    started: bool = Field(description="false when this very request had started them before.")


class Progress(BaseModel):
    """What trainings are at, newest first."""

    runs: list[RunAnswer]


class ModelSummary(BaseModel):
    """A model of a profile."""

    model: str
    task: str
    description: str
    newest_run: RunAnswer | None
    versions: list[VersionAnswer] = Field(description="Newest first.")


class ProfileSummary(BaseModel):
    """A profile that can be trained."""

    profile: str
    title: str
    presets: list[str]
    models: list[ModelSummary]


class ModelsAnswer(BaseModel):
    """What can be trained, and what was."""

    profiles: list[ProfileSummary]


@router.post(
    "/fine-tune/start",
    status_code=202,
    summary="Start trainings in detached workers",
    responses=may_answer(404, 409),
)
async def start(service: Here, request: StartRequest) -> Started:
    identity = request.request_id or f"auto-{secrets.token_hex(8)}"
    asked = request.model_dump(exclude={"request_id"})

    def work() -> tuple[list[str], bool]:
        return start_once(service.workspace, identity, asked, lambda: _specify(service, request))

    runs, started = await service.in_time(work, service.limits.work_timeout_s)
    return Started(request_id=identity, runs=runs, started=started)


@router.get("/fine-tune/progress", summary="What trainings are at", responses=may_answer(404))
def progress(
    service: Here,
    run: Annotated[
        str | None,
        Query(pattern=RUN_ID, max_length=120, description="One run; all that are not over where none is named."),
    ] = None,
) -> Progress:
    if run is not None:
        return Progress(runs=[run_answer(service, look(existing(service, run)))])
    answers: list[RunAnswer] = []
    for paths in list_runs(service.workspace)[: 10 * MOST_IN_PROGRESS]:
        try:
            view = look(paths)
        except NotFoundError:  # removed since
            continue
        if view.state not in ENDED and len(answers) < MOST_IN_PROGRESS:
            answers.append(run_answer(service, view))
    return Progress(runs=answers)


@router.get("/fine-tune/models", summary="What can be trained, and what was")
def models(service: Here) -> ModelsAnswer:
    runs = list_runs(service.workspace)

    def newest(profile: str, model: str) -> RunAnswer | None:
        for paths in runs:
            if named_after(paths.id, profile, model):
                try:
                    view = look(paths)
                except NotFoundError:
                    continue
                if (view.profile, view.model) == (profile, model):
                    return run_answer(service, view)
        return None

    return ModelsAnswer(
        profiles=[
            ProfileSummary(
                profile=profile.name,
                title=profile.title,
                presets=profile.preset_names,
                models=[
                    ModelSummary(
                        model=name,
                        task=model.task,
                        description=model.description,
                        newest_run=newest(profile.name, name),
                        versions=version_answers(home_of(service.workspace, profile.name, name)),
                    )
                    for name, model in profile.models.items()
                ],
            )
            for profile in service.projects.readable()
        ]
    )


def _specify(service: Service, request: StartRequest) -> Sequence[RunSpec]:
    path = service.projects.path(request.profile)
    _check_bases(path, request)
    return api.specify(
        path,
        request.models or None,
        preset=request.preset,
        overrides=request.set,
        dataset=request.dataset,
        device=request.device,
        workspace=service.workspace,
    )


def _check_bases(path: str, request: StartRequest) -> None:
    """A base that a request sets is a run of this workspace or an architecture: never a file, never a download."""
    if not request.set:
        return
    own = {one.model: one for one in api.resolve_models(path, request.models or None, preset=request.preset)}
    for one in api.resolve_models(path, request.models or None, preset=request.preset, overrides=request.set):
        base = str(getattr(one.config, "base", ""))
        if base != str(getattr(own[one.model].config, "base", "")) and not base.startswith(_OWN_BASES):
            raise InputError(
                "a request may start from a run (`base=run:ID`) or a bare architecture (`base=scratch:NAME`)",
                where="set",
                fix="name another base in the profile",
            )
