"""Figures for Prometheus, in a registry of their own: two services in one process do not see each other's."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Figures:
    """What is counted as it happens; `engine.service.gauges` has what is looked up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self.requests = Counter(
            "finetop_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "finetop_request_seconds",
            "Time to the end of an answer.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.predictions = Counter(
            "finetop_predictions", "Samples predicted.", ["profile", "model", "version"], registry=self.registry
        )
        self.decisions = Counter(
            "finetop_decisions",
            "Predictions above the automatic threshold, and those for a human to verify.",
            ["profile", "model", "decision"],
            registry=self.registry,
        )

    def text(self, more: Iterable[Metric]) -> bytes:
        """The figures as Prometheus reads them, and more."""
        return generate_latest(self.registry) + generate_latest(_Given(list(more)))


class _Given(CollectorRegistry):
    """Metrics that are there already."""

    def __init__(self, metrics: list[Metric]) -> None:
        super().__init__()
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


class CountRequests:
    """Pure ASGI: counts each request under its route's template, so that nobody can make up labels."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app, self.figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if route != "none" else "any"
            self.figures.requests.labels(method, route, str(status)).inc()
            self.figures.seconds.labels(method, route).observe(time.perf_counter() - begun)
