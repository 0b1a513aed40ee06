"""`/webhooks`: who is told what happens. docs/webhooks.md says what they get."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.errors import InputError
from engine.profiles.schema import Name
from engine.service.errors import ConflictError
from engine.service.guard import GuardedRoute, may_answer
from engine.service.service import Here
from engine.webhooks.endpoints import MOST, Endpoint, add_endpoint, find_endpoint, read_endpoints, remove_endpoint
from engine.webhooks.spool import Spool

router = APIRouter(route_class=GuardedRoute, tags=["webhooks"])

Kind = Literal["run.finished", "run.failed", "target.reached", "model.promoted", "trigger.fired"]
WebhookPath = Annotated[
    str, Path(description="Id of a webhook.", pattern=r"^we_[0-9a-f]{8}$", examples=["we_3f9a21c0"])
]


class NewWebhook(BaseModel):
    """Who is to be told."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": "https://hooks.example.org/finetop", "kinds": ["run.failed"]}]},
    )
    url: Annotated[str, StringConstraints(min_length=8, max_length=2000, pattern=r"^https?://")] = Field(
        description="An address that the service may send to: no private one, unless `--allow-private` was given."
    )
    kinds: list[Kind] = Field(default=[], max_length=5, description="Of events; none: all.")
    profiles: list[Name] = Field(default=[], max_length=50, description="Whose events; none: of all.")


class WebhookAdded(BaseModel):
    """It is told from now on."""

    id: str = Field(examples=["we_3f9a21c0"])
    secret: str = Field(description="By which it checks signatures; shown this once.")


class WebhookAnswer(BaseModel):
    """Somebody who is told."""

    id: str = Field(examples=["we_3f9a21c0"])
    place: str = Field(description="Where, without what may be a key.")
    kinds: list[str]
    profiles: list[str]
    disabled: str = Field(description="Why it is told nothing for now; empty while it is.")
    waiting: int = Field(description="Messages on their way.")
    given_up: int


class WebhookList(BaseModel):
    """Who is told."""

    webhooks: list[WebhookAnswer]


@router.get("/webhooks", summary="Who is told what happens")
def webhooks(service: Here) -> WebhookList:
    def answer(endpoint: Endpoint) -> WebhookAnswer:
        spool = Spool(service.workspace, endpoint.id)
        return WebhookAnswer(
            id=endpoint.id,
            place=endpoint.place,
            kinds=list(endpoint.kinds),
            profiles=list(endpoint.profiles),
            disabled=endpoint.disabled,
            waiting=len(spool.waiting()),
            given_up=len(spool.dead()),
        )

    return WebhookList(webhooks=[answer(endpoint) for endpoint in read_endpoints(service.workspace)])


@router.post("/webhooks", status_code=201, summary="Tell somebody from now on", responses=may_answer(409))
def add(service: Here, wanted: NewWebhook) -> WebhookAdded:
    endpoints = read_endpoints(service.workspace)
    if len(endpoints) >= MOST or any(endpoint.url == wanted.url for endpoint in endpoints):
        raise ConflictError("it is told already, or there are too many", fix="DELETE /webhooks/ID removes one")
    try:
        made = add_endpoint(
            service.workspace,
            wanted.url,
            kinds=wanted.kinds,
            profiles=wanted.profiles,
            allow_private=service.fetching.allow_private,
        )
    except InputError as problem:
        raise InputError(problem.what, where="url", fix="give a public http(s) address") from problem
    return WebhookAdded(id=made.id, secret=made.secret)


@router.delete("/webhooks/{id}", status_code=204, summary="Tell somebody nothing any more", responses=may_answer(404))
def remove(service: Here, id: WebhookPath) -> Response:
    remove_endpoint(service.workspace, find_endpoint(service.workspace, id).id)
    return Response(status_code=204)
