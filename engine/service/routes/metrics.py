"""`GET /metrics`: figures for Prometheus."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import Response

from engine.service.figures import CONTENT_TYPE
from engine.service.gauges import OnTheLoop
from engine.service.guard import GuardedRoute
from engine.service.service import Here

router = APIRouter(route_class=GuardedRoute, tags=["service"])


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Figures."}},
)
async def metrics(service: Here) -> Response:
    seen = OnTheLoop.of(service.lanes.busy, service.models.loaded())
    text = await to_thread.run_sync(lambda: service.figures.text(service.gauges.metrics(seen)))
    return Response(text, media_type=CONTENT_TYPE)
