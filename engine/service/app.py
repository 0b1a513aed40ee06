"""Puts the application together: routes, their guard, errors in one shape, headers, figures."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from anyio import to_thread
from fastapi import FastAPI

from engine import __version__
from engine.service.documents import add_documents
from engine.service.errors import add_error_handlers
from engine.service.figures import CountRequests
from engine.service.headers import SecurityHeaders
from engine.service.routes import (
    deployments,
    evaluate,
    feedback,
    fine_tune,
    health,
    metrics,
    models,
    predict,
    runs,
    triggers,
    webhooks,
)
from engine.service.service import Service

DESCRIPTION = """\
Trains small specialised models in detached workers, and answers with them. Every error has one shape:
`{"error": {"what", "where", "fix"}}`. Tokens: `engine tokens new NAME --scopes read,predict`."""

MODULES = (health, fine_tune, evaluate, feedback, predict, runs, models, deployments, triggers, webhooks, metrics)


def new_app(service: Service) -> FastAPI:
    """The application over a service."""

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        service.background.start()
        try:
            yield
        finally:
            service.closing.set()
            await to_thread.run_sync(service.background.close)
            await to_thread.run_sync(service.remembering.close)
            await service.models.close()

    app = FastAPI(
        title="finetop",
        version=__version__,
        description=DESCRIPTION,
        lifespan=life,
        # Its own route: the document asks for a token like everything else, and the pages load scripts of others.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    add_error_handlers(app, str(service.workspace.root))
    for module in (
        health,
        fine_tune,
        evaluate,
        feedback,
        predict,
        runs,
        models,
        deployments,
        triggers,
        webhooks,
        metrics,
    ):
        app.include_router(module.router)
    add_documents(app)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(CountRequests, figures=service.figures)
    return app
