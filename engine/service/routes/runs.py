"""`/runs`: trainings, what they are at, their events as they come, and a stop."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from engine.errors import NotFoundError
from engine.runs.handle import RunHandle
from engine.runs.paths import RunPaths
from engine.runs.state import look
from engine.runs.store import list_runs
from engine.service.errors import ConflictError
from engine.service.guard import GuardedRoute, may_answer
from engine.service.limits import MAX_LISTED
from engine.service.routes.answers import EXAMPLE_RUN, RunAnswer, RunPath, run_answer
from engine.service.service import Here, Service
from engine.service.streaming import Position, events_of

_MESSAGE = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Goes into Last-Event-ID."},
        "event": {"type": "string", "description": "Type of the event, or `end`."},
        "data": {"type": "string", "description": "The event, in JSON."},
        "retry": {"type": "integer"},
    },
}
router = APIRouter(route_class=GuardedRoute, tags=["runs"])


class RunList(BaseModel):
    """Runs, newest first."""

    runs: list[RunAnswer]
    total: int = Field(description="How many there are in all.")


class Stop(BaseModel):
    """How a run is to stop."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"now": False}]})
    now: bool = Field(default=False, description="true: at once, without an evaluation and without a model.")


class Stopping(BaseModel):
    """The run was asked to stop."""

    run: str = Field(examples=[EXAMPLE_RUN])
    now: bool


def existing(service: Service, run: str) -> RunPaths:
    """The directory of a run. Raises NotFoundError."""
    paths = RunPaths(service.workspace.runs / run)
    if not paths.spec.is_file():
        raise NotFoundError(f"no run {run!r}", fix="GET /runs lists them")
    return paths


@router.get("/runs", summary="Runs, newest first")
def runs(
    service: Here,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED, description="At most so many.")] = 50,
) -> RunList:
    found = list_runs(service.workspace)
    answers = []
    for paths in found[:limit]:
        try:
            answers.append(run_answer(service, look(paths)))
        except NotFoundError:  # removed between the two looks
            continue
    return RunList(runs=answers, total=len(found))


@router.get("/runs/{run}", summary="One look at a run", responses=may_answer(404))
def run(service: Here, run: RunPath) -> RunAnswer:
    return run_answer(service, look(existing(service, run)))


@router.post(
    "/runs/{run}/stop",
    status_code=202,
    summary="Ask a run to stop",
    description="After its step with an evaluation, or now. Asking twice is no harm.",
    responses=may_answer(404, 409),
)
def stop(service: Here, run: RunPath, how: Stop | None = None) -> Stopping:
    handle = RunHandle(existing(service, run))
    view = handle.view()
    if view.is_over:
        raise ConflictError(f"the run {run} is over ({view.state})", fix="there is nothing to stop")
    now = how.now if how is not None else False
    handle.stop(now=now)
    return Stopping(run=run, now=now)


@router.get(
    "/runs/{run}/events",
    summary="A run's events as they come",
    description="Server-sent events: `event` is the type of an event, `data` the event, `id` where to go on from "
    "with `Last-Event-ID`. The last one is `end`, with the run's state; 204 when there is nothing after "
    "`Last-Event-ID` and the run is over, so that an EventSource does not come again.",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"itemSchema": _MESSAGE}}, "description": "Events."},
        204: {"description": "Nothing more will come."},
        **may_answer(404),
    },
)
async def events(
    service: Here,
    run: RunPath,
    last_event_id: Annotated[str | None, Header(max_length=64, description="Where to go on from.")] = None,
) -> Response:
    paths = existing(service, run)
    start = Position.parse(last_event_id)
    stream = events_of(service, paths, start)
    if await stream.is_exhausted():
        return Response(status_code=204)
    return StreamingResponse(stream.messages(), media_type="text/event-stream")
