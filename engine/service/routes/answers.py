"""What several routes answer with."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from engine.runs.state import RunView
from engine.service.errors import shown
from engine.service.service import Service

RUN_ID = r"^[0-9]{8}-[0-9]{6}-[a-z0-9-]{1,90}-[0-9a-f]{4}$"
NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
EXAMPLE_RUN = "20261120-143215-utility-ner-7f3a"

RunPath = Annotated[str, Path(description="Id of a run.", pattern=RUN_ID, max_length=120, examples=[EXAMPLE_RUN])]
ProfilePath = Annotated[str, Path(description="A profile.", pattern=NAME, max_length=40, examples=["utility"])]
ModelPath = Annotated[str, Path(description="A model of the profile.", pattern=NAME, max_length=40, examples=["ner"])]
State = Literal["queued", "starting", "running", "stalled", "stopping", "done", "stopped", "failed", "lost"]


class TargetAnswer(BaseModel):
    """A metric with a threshold, and whether it is met by what was measured last."""

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    reached: bool | None = Field(default=None, description="Null where the metric was not measured yet.")


class RunAnswer(BaseModel):
    """One look at a run."""

    id: str = Field(examples=[EXAMPLE_RUN])
    profile: str
    model: str
    task: str
    state: State = Field(description="`lost`: its worker is gone without having written an end.")
    reason: str | None = Field(description="Why it ended.")
    message: str
    attempt: int
    started: float | None = Field(description="Unix seconds.")
    ended: float | None = Field(description="Unix seconds.")
    last_event_age_s: float | None
    device: str
    phase: str | None = Field(description="What the trainer is at.")
    step: int | None
    steps: int | None
    epoch: float | None
    epochs: float | None
    rate: float | None = Field(description="Steps a second.")
    headline: str = Field(description="The metric by which the model is judged.")
    score: float | None = Field(description="Its last value.")
    score_split: str
    targets: list[TargetAnswer]


def run_answer(service: Service, view: RunView) -> RunAnswer:
    """A look at a run, as it is answered."""
    progress = view.progress
    return RunAnswer(
        id=view.id,
        profile=view.profile,
        model=view.model,
        task=view.task,
        state=view.state,
        reason=view.reason,
        message=shown(view.message, str(service.workspace.root)),
        attempt=view.attempt,
        started=view.started,
        ended=view.ended,
        last_event_age_s=view.last_event_age_s,
        device=view.device,
        phase=progress.phase if progress else None,
        step=progress.step if progress else None,
        steps=progress.steps if progress else None,
        epoch=progress.epoch if progress else None,
        epochs=progress.epochs if progress else None,
        rate=progress.rate if progress else None,
        headline=view.headline,
        score=view.score,
        score_split=view.score_split,
        targets=[
            TargetAnswer(
                metric=target.metric,
                at_least=target.at_least,
                at_most=target.at_most,
                reached=target.reached(view.score)
                if target.metric == view.headline and view.score is not None
                else None,
            )
            for target in view.targets
        ],
    )
