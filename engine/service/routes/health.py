"""`GET /health`: whether the service answers. Needs no token, so it says nothing that somebody could use."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from engine.service.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["service"])


class Health(BaseModel):
    """The service answers."""

    status: Literal["ok"] = "ok"


@router.get("/health", summary="Whether the service answers")
async def health() -> Health:
    return Health()
