"""`GET /triggers`: what starts a training unasked, and what came of it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from engine.service.errors import shown
from engine.service.guard import GuardedRoute
from engine.service.service import Here
from engine.triggers.listing import Listed, listed

router = APIRouter(route_class=GuardedRoute, tags=["triggers"])


class FiringAnswer(BaseModel):
    """The last time that a trigger fired."""

    t: float = Field(description="Unix seconds.")
    why: str
    run: str
    outcome: str = Field(description="`going on`, or how it ended: staged, promoted, refused, failed, given up.")
    told: str = Field(description="Why it ended so.")
    version: int | None


class TriggerAnswer(BaseModel):
    """A trigger as it stands."""

    profile: str
    model: str
    trigger: str
    kind: str
    next: float | None = Field(description="Of a schedule: when it comes next, Unix seconds.")
    why: str = Field(description="What it would say now; of an environment what the last look said.")
    numbers: dict[str, float | int | str | None]
    last: FiringAnswer | None
    silent_until: float | None = Field(description="End of the cool-down, Unix seconds.")
    going_on: str = Field(description="The run of the firing that is going on; empty if none is.")


class TriggerList(BaseModel):
    """What starts a training unasked."""

    triggers: list[TriggerAnswer]


@router.get("/triggers", summary="What starts a training unasked, and what came of it")
def triggers(service: Here) -> TriggerList:
    root = str(service.workspace.root)

    def answer(one: Listed) -> TriggerAnswer:
        last = one.last
        return TriggerAnswer(
            profile=one.profile,
            model=one.model,
            trigger=one.trigger,
            kind=one.kind,
            next=one.next,
            why=shown(one.why, root),
            numbers=dict(one.numbers),
            last=FiringAnswer(
                t=last.t,
                why=shown(last.why, root),
                run=last.run,
                outcome=last.outcome,
                told=shown(last.told, root),
                version=last.version,
            )
            if last is not None
            else None,
            silent_until=one.silent_until,
            going_on=one.going_on,
        )

    usable = service.projects.usable()
    return TriggerList(triggers=[answer(one) for one in listed(service.workspace, usable)] if usable else [])
