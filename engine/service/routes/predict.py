"""`/predict`: what production says, through the A/B split; and what turned out right or wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from engine.service.guard import GuardedRoute, may_answer
from engine.service.routes.answers import ModelPath, ProfilePath
from engine.service.samples import Samples, rows_of
from engine.service.service import Here, Sender
from engine.traffic.outcomes import Outcome
from engine.traffic.routing import Router

router = APIRouter(route_class=GuardedRoute, tags=["predict"])

MAX_OUTCOMES = 1000
Key = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
RequestId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z.-]{1,120}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PredictRequest(BaseModel):
    """Samples for the model in production."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"rows": [{"text": "Maintain 18 feet from the pole per G.O. 95."}], "key": "inspector-4"}]
        },
    )
    rows: Samples
    key: Key | None = Field(
        default=None, description="Of two versions the same one answers the same key; left out, chance decides."
    )


class Prediction(BaseModel):
    """What the model says of one sample."""

    id: str | None = Field(description="By which an outcome names it; null where none can be taken.")
    prediction: dict[str, Any] = Field(description="As the task words it.")
    decision: Literal["automatic", "human", ""] = Field(
        description="`human`: somebody should verify it before it is acted on."
    )


class Predictions(BaseModel):
    """What production, or the candidate beside it, says."""

    model: str = Field(description="The version that answered.", examples=["utility/ner@3"])
    arm: Literal["production", "candidate"]
    key: str = Field(description="As it was given, or a new one.")
    predictions: list[Prediction] = Field(description="One for each row.")


class Span(BaseModel):
    """A part of a text that is something."""

    model_config = ConfigDict(extra="forbid")
    start: int = Field(ge=0, le=2**31)
    end: int = Field(ge=0, le=2**31)
    label: Label


class OutcomeOf(BaseModel):
    """What turned out: `correct`, or the right answer as `label` or `entities`."""

    model_config = ConfigDict(extra="forbid")
    request: RequestId = Field(description="The id that came with the prediction.")
    correct: bool | None = Field(default=None, description="Whether the answer was right.")
    candidate_correct: bool | None = Field(
        default=None, description="In shadow, with `correct`: whether the candidate's was."
    )
    label: Label | None = Field(default=None, description="The right class.")
    entities: list[Span] | None = Field(default=None, max_length=10_000, description="What is in the text.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> OutcomeOf:
        if sum(one is not None for one in (self.correct, self.label, self.entities)) != 1:
            raise ValueError("say one of correct, label, entities")
        if self.candidate_correct is not None and self.correct is None:
            raise ValueError("candidate_correct goes with correct")
        return self


class OutcomeBatch(BaseModel):
    """What turned out right or wrong."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"outcomes": [{"request": "3-5f1c.1-0-00000000000000aa", "correct": True}]}]},
    )
    outcomes: Annotated[list[OutcomeOf], Field(min_length=1, max_length=MAX_OUTCOMES)]


class Taken(BaseModel):
    """What became of each outcome."""

    taken: list[Literal["added", "revised", "repeated"]]


@router.post(
    "/predict/{profile}/{model}",
    summary="What production says, through the A/B split",
    responses=may_answer(404, 409),
)
async def predict(service: Here, profile: ProfilePath, model: ModelPath, request: PredictRequest) -> Predictions:
    begun = await to_thread.run_sync(service.traffic.begin, profile, model, request.key)
    rows = await rows_of(begun.version.trained.task, request.rows, service.fetching)
    answered = await service.within(service.traffic.predict(begun, rows), service.limits.predict_timeout_s)
    return Predictions(
        model=answered.version.name,
        arm="candidate"
        if answered.version is begun.version.trained and begun.route.arm == "candidate"
        else "production",
        key=begun.route.key,
        predictions=[
            Prediction(id=id, prediction=prediction, decision=decision)
            for id, prediction, decision in zip(answered.ids, answered.predictions, answered.decisions, strict=True)
        ],
    )


@router.post(
    "/predict/{profile}/{model}/outcomes",
    summary="What turned out right or wrong",
    description="The newest word on a prediction counts; the same said again changes nothing.",
    responses=may_answer(404),
)
def outcomes(service: Here, sender: Sender, profile: ProfilePath, model: ModelPath, batch: OutcomeBatch) -> Taken:
    found = service.traffic.router(profile, model)
    source = sender.name
    if all(one.correct is not None for one in batch.outcomes):
        told = [
            Outcome(
                request=one.request,
                correct=bool(one.correct),
                candidate_correct=one.candidate_correct,
                source=source,
            )
            for one in batch.outcomes
        ]
        return Taken(taken=list(found.take(told)))
    return Taken(taken=[_take(found, one, source) for one in batch.outcomes])


def _take(found: Router, one: OutcomeOf, source: str) -> Literal["added", "revised", "repeated"]:
    if one.correct is not None:
        told = Outcome(
            request=one.request, correct=one.correct, candidate_correct=one.candidate_correct, source=source
        )
        return found.take([told])[0]
    right = (
        {"label": one.label}
        if one.label is not None
        else {"entities": [span.model_dump() for span in one.entities or []]}
    )
    return found.correct(one.request, right, source)
