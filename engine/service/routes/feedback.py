"""`POST /api/finetune`: corrections from the field come in, and an incremental training starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine import api
from engine.feedback.finetune import FinetuneRequest, FinetuneSummary, TrainingNotStarted
from engine.feedback.intake import Failure, IntakeSummary
from engine.feedback.payload import TrainingSettings
from engine.profiles.schema import Name
from engine.service.errors import ItemProblem, Refused, in_words, shown
from engine.service.guard import GuardedRoute, may_answer
from engine.service.intents import alone
from engine.service.limits import MAX_FEEDBACK_ITEMS
from engine.service.routes.answers import EXAMPLE_RUN
from engine.service.service import Here, Service
from engine.service.tokens import FOLDER

router = APIRouter(route_class=GuardedRoute, tags=["fine-tune"])

_EXAMPLE: dict[str, Any] = {
    "profile": "thermal",
    "model": "faults",
    "items": [
        {
            "image": "https://example.org/transformer-17.png",
            "objects": [{"label": "hotspot", "box": [12, 30, 60, 88]}],
            "source": "field-review",
            "who": "inspector 4",
            "when": "2026-03-01T14:05:00+01:00",
        }
    ],
}


class FeedbackBatch(BaseModel):
    """A payload of feedback (docs/feedback.schema.json), of which each item is judged for itself."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    finetop: Literal[1] = Field(default=1, description="Version of this format.")
    profile: Name = Field(description="Name of the profile.")
    model: Name = Field(description="Model of the profile.")
    items: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=MAX_FEEDBACK_ITEMS,
            description="What was seen. `image` is an http(s) URL or a data URL, never a path.",
            json_schema_extra={"items": {"type": "object"}},
        ),
    ]
    settings: TrainingSettings = Field(
        default_factory=TrainingSettings, description="Settings of the training that this request asks for."
    )
    train: bool = Field(
        default=True, description="false only takes the items in: a trigger, or a later request, starts the training."
    )


class Finetuned(BaseModel):
    """What became of a batch."""

    run: str | None = Field(description="The training that has it; null without one.", examples=[EXAMPLE_RUN])
    started: bool = Field(description="false when that training had been started before, with the same images.")
    start: str | None = Field(description="The run whose model the training starts from.")
    dataset: str | None
    added: int = Field(description="Images that were not there before.")
    replaced: int = Field(description="Corrections that stand in place of an earlier judgement.")
    repeated: int = Field(description="Items that were there already.")
    outdated: int = Field(description="Items of which a newer judgement stands.")
    failed: list[ItemProblem] = Field(description="Items that were not taken in; the others were.")


@router.post(
    "/api/finetune",
    status_code=202,
    summary="Take a batch of feedback in, and train on it",
    description="The same batch sent again adds nothing and starts nothing.",
    responses=may_answer(404, 409),
)
async def finetune(service: Here, batch: FeedbackBatch) -> Finetuned:
    return await service.in_time(lambda: _finetune(service, batch), service.limits.work_timeout_s)


def _finetune(service: Service, batch: FeedbackBatch) -> Finetuned:
    path = service.projects.path(batch.profile)
    service.projects.check_model(batch.profile, batch.model)
    payload = batch.model_dump(mode="json", exclude_unset=True, exclude={"train"})
    if not batch.train:
        taken = api.add_feedback(
            api.read_feedback(payload, profile=path), limits=service.fetching, workspace=service.workspace
        )
        return _answer(service, taken, None)
    request = FinetuneRequest(profile=path, model=batch.model, feedback=(payload,), limits=service.fetching)
    # Two at once would both find that nobody trains yet.
    with alone(service.workspace.root / FOLDER / f"finetune-{batch.profile}-{batch.model}.lock"):
        try:
            summary = api.finetune(request, workspace=service.workspace)
        except TrainingNotStarted as problem:
            (taken,) = problem.intake
            told = in_words(problem, str(service.workspace.root))
            items = _problems(service, taken.failed)
            raise Refused(422, told.what, where=told.where, fix=told.fix, items=items) from problem
    return _answer(service, summary.intake[0], summary)


def _answer(service: Service, taken: IntakeSummary, summary: FinetuneSummary | None) -> Finetuned:
    return Finetuned(
        run=summary.run if summary else None,
        started=summary.started if summary else False,
        start=summary.start if summary else None,
        dataset=summary.dataset.id if summary else None,
        added=taken.added,
        replaced=taken.replaced,
        repeated=taken.repeated,
        outdated=taken.outdated,
        failed=_problems(service, taken.failed),
    )


def _problems(service: Service, failed: Sequence[Failure]) -> list[ItemProblem]:
    root = str(service.workspace.root)
    return [ItemProblem(number=one.number, image=one.image, problem=shown(one.problem, root)) for one in failed]
