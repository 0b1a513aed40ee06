"""`POST /fine-tune/evaluate`: a sample to a model, whichever: a run, a version, or what is in production."""

from __future__ import annotations

import functools
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from engine.errors import NotFoundError
from engine.profiles.schema import Name
from engine.registry.store import find_version
from engine.runs.store import list_runs, named_after
from engine.service.guard import GuardedRoute, may_answer
from engine.service.routes.answers import EXAMPLE_RUN, RUN_ID
from engine.service.samples import Samples, rows_of
from engine.service.service import Here, Service
from engine.tasks.contract import Row
from engine.trained import Trained, find_trained, of_run, of_version

router = APIRouter(route_class=GuardedRoute, tags=["fine-tune"])

VERSION = r"^[a-z0-9-]{1,40}/[a-z0-9-]{1,40}@([1-9][0-9]{0,8}|production|staging|previous|latest)$"
Kind = Literal["entities", "detections", "similarity", "class", "other"]
_KINDS: dict[str, Kind] = {
    "token-classification": "entities",
    "object-detection": "detections",
    "sentence-similarity": "similarity",
    "text-classification": "class",
    "image-classification": "class",
    "image-feature-extraction": "class",
}


class EvaluateRequest(BaseModel):
    """Samples, and the model that they go to: one of `run`, `version`, or `profile` with `model`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "profile": "utility",
                    "model": "ner",
                    "samples": [{"text": "Maintain 18 feet from the pole per G.O. 95."}],
                }
            ]
        },
    )
    run: Annotated[str, StringConstraints(pattern=RUN_ID, max_length=120)] | None = Field(
        default=None, description="A run's id.", examples=[EXAMPLE_RUN]
    )
    version: Annotated[str, StringConstraints(pattern=VERSION, max_length=120)] | None = Field(
        default=None, description="A version.", examples=["utility/ner@3"]
    )
    profile: Name | None = Field(default=None, description="With `model`: the one in production, else the newest.")
    model: Name | None = Field(default=None, description="A model of the profile.")
    samples: Samples

    @model_validator(mode="after")
    def _names_one_model(self) -> EvaluateRequest:
        if (self.profile is None) != (self.model is None):
            raise ValueError("profile and model go together")
        if sum(one is not None for one in (self.run, self.version, self.profile)) != 1:
            raise ValueError("name one of run, version, or profile with model")
        return self


class Evaluated(BaseModel):
    """What the model says of each sample."""

    model: str = Field(description="Which model answered.", examples=["utility/ner@3"])
    task: str = Field(examples=["token-classification"])
    kind: Kind = Field(description="What the predictions hold.")
    predictions: list[dict[str, Any]] = Field(
        description="One for each sample, as the task words it: entities, objects, a similarity, a label."
    )


@router.post(
    "/fine-tune/evaluate", summary="A sample to a model, to see what it says", responses=may_answer(404, 409)
)
async def evaluate(service: Here, request: EvaluateRequest) -> Evaluated:
    trained = await to_thread.run_sync(functools.partial(_trained, service, request))
    predictions = await predicted(service, trained, request.samples)
    return Evaluated(
        model=trained.name, task=trained.task, kind=_KINDS.get(trained.task, "other"), predictions=predictions
    )


async def predicted(service: Service, trained: Trained, samples: Samples) -> list[Row]:
    """What a model says of samples. Raises InputError, Refused."""
    rows = await rows_of(trained.task, samples, service.fetching)
    return await service.within(service.models.predict(trained, rows), service.limits.predict_timeout_s)


def _trained(service: Service, request: EvaluateRequest) -> Trained:
    if request.version is not None:
        return of_version(find_version(service.workspace, request.version))
    if request.run is not None:
        return find_trained(service.workspace, request.run)
    assert request.profile is not None and request.model is not None
    return production_or_newest(service, request.profile, request.model)


def production_or_newest(service: Service, profile: str, model: str) -> Trained:
    """What answers for a model: the version in production, else its newest run that has a model. Raises
    NotFoundError."""
    try:
        return of_version(find_version(service.workspace, f"{profile}/{model}@production"))
    except NotFoundError:
        pass
    for paths in list_runs(service.workspace):
        if named_after(paths.id, profile, model) and paths.model.is_dir():
            found = of_run(paths)
            if (found.profile, found.model) == (profile, model):
                return found
    raise NotFoundError(f"{profile}/{model} has no trained model", fix="train it: POST /fine-tune/start")
