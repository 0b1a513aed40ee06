"""What the routes stand on: one service over one workspace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import Depends, Request

from engine.feedback.limits import Limits
from engine.service.background import Background
from engine.service.errors import Refused
from engine.service.figures import Figures
from engine.service.gauges import Gauges
from engine.service.guard import CALLER, Caller
from engine.service.lanes import Lanes
from engine.service.limits import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, ServiceLimits
from engine.service.projects import Projects
from engine.service.remembering import Remembering
from engine.service.tokens import TokenStore
from engine.service.traffic import Traffic
from engine.serving.warm import WarmModels
from engine.workspace import Workspace

T = TypeVar("T")
FETCHING = Limits(max_bytes=MAX_IMAGE_BYTES, max_pixels=MAX_IMAGE_PIXELS, total_timeout_s=20.0)


@dataclass
class Service:
    """Everything that requests share."""

    workspace: Workspace
    projects: Projects
    tokens: TokenStore
    limits: ServiceLimits = field(default_factory=ServiceLimits)
    models: WarmModels = field(default_factory=WarmModels)
    fetching: Limits = FETCHING
    """Under which pictures of requests are fetched."""
    is_local: bool = True
    """Whether it is bound to this machine alone: then, and as long as there is no token, the person at the machine
    needs none."""

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.limits.lanes, self.limits.retry_after_s)
        self.figures = Figures()
        self.gauges = Gauges(self.workspace)
        self.remembering = Remembering(self.workspace, self.projects)
        self.traffic = Traffic(self.workspace, self.models, self.figures, self.remembering)
        self.background = Background()
        self.closing = threading.Event()
        """Set when the service is told to end: streams end themselves."""

    async def in_time(self, work: Callable[[], T], seconds: float) -> T:
        """The result of blocking work in a thread. Raises Refused (503) when it takes longer: the work goes on."""
        return await self.within(to_thread.run_sync(work), seconds)

    async def within(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """The result of work. Raises Refused (503) when it takes longer: the work goes on."""
        # Shielded: who gives up waiting must not leave half of what is written behind.
        task = asyncio.create_task(work)
        try:
            return await asyncio.wait_for(asyncio.shield(task), seconds)
        except TimeoutError as problem:
            if task.done():
                raise
            task.add_done_callback(_seen)
            raise Refused(
                503,
                f"it takes longer than {seconds:g} s; the work goes on",
                fix="send the same request again",
                headers={"Retry-After": "5"},
            ) from problem


def _seen(task: asyncio.Task[Any]) -> None:
    """An error that nobody waits for any more is no reason for a complaint of the event loop."""
    if not task.cancelled():
        task.exception()


async def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


async def _caller(request: Request) -> Caller:
    found: Caller = request.scope[CALLER]
    return found


Here = Annotated[Service, Depends(_service)]
Sender = Annotated[Caller, Depends(_caller)]
