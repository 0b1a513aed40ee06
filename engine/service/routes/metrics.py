"""`GET /metrics`: figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from engine.service.figures import CONTENT_TYPE
from engine.service.guard import GuardedRoute
from engine.service.service import Here

router = APIRouter(route_class=GuardedRoute, tags=["service"])


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Figures."}},
)
def metrics(service: Here) -> Response:
    return Response(service.figures.text(), media_type=CONTENT_TYPE)
