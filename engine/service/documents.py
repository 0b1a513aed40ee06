"""The OpenAPI document: made once, served like everything else."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from engine.service.guard import GuardedRoute

_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "`engine tokens new NAME --scopes read,predict,train,admin`. Without any token in the store a "
    "service that is bound to loopback asks for none.",
}


def add_documents(app: FastAPI) -> None:
    """The route of the document; `app.openapi()` gives it, too."""
    router = APIRouter(route_class=GuardedRoute)
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(
                get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            )
            made.setdefault("components", {})["securitySchemes"] = {"token": _TOKEN}
        return made

    @router.get("/openapi.json", summary="This document", tags=["service"])
    async def openapi() -> dict[str, Any]:
        return document()

    app.include_router(router)
    app.openapi = document  # type: ignore[method-assign]
